import type { FetchedRecord } from '../client/kafka-member.ts';

/** Of the objects around a record, and of a header's. */
const overheadBytes = 200;
const headerBytes = 64;

/** What a record takes in memory, about: many small ones are not free. */
export function recordBytes({ key, value, headers }: FetchedRecord): number {
  return overheadBytes + headers.length * headerBytes + (key?.byteLength ?? 0) + (value?.byteLength ?? 0);
}
