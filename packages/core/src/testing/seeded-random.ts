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

/** Ids that look like UUIDs of version 4 and are the same for the same chance. */
export function seededIds(random: Random): NewId {
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  return () => {
    const variant = '89ab'.charAt(Math.floor(random() * 4));
    return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
  };
}
