/**
 * The partition of a key: FNV-1a, 32 bit, over its UTF-8 bytes, modulo the number of partitions. Part of the wire format: every
 * publisher in every language must compute the same, or the order of a key is lost. A message without a key takes `turn`, which the
 * caller lets grow, so that such messages are spread evenly.
 */
export function partitionOf(key: string | undefined, partitions: number, turn: number): number {
  if (partitions === 1) return 0;
  return key === undefined ? turn % partitions : hashOf(key) % partitions;
}

const offsetBasis = 0x81_1c_9d_c5;
const prime = 0x01_00_01_93;

function hashOf(key: string): number {
  let hash = offsetBasis;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, prime);
  return hash >>> 0;
}
