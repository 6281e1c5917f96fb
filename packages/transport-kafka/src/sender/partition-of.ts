import { murmur2 } from './murmur2.ts';

/**
 * The partition of a key, as Java's default partitioner has it: part of the wire format, so that publishers in every language agree. An empty
 * key is a key.
 */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7f_ff_ff_ff) % partitions;
}
