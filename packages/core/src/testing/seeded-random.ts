import type { NewId, Random } from '../driver/index.ts';

/** Chance that is the same for the same seed: sfc32, a small generator of good quality (PractRand, Chris Doty-Humphrey). */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = seed | 0;
  let c = 0x243f6a88;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  };
  // The first numbers of similar seeds are similar.
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** Ids that count up, with a prefix that tells two generators apart. */
export function countingIds(prefix = 'id'): NewId {
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count}`;
  };
}
