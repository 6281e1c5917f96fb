import type { FetchedRecord } from '../../client/kafka-member.ts';

/** A record as a client gives it: a view of a larger answer. */
export function recordAt(offset: number, key?: string, body = `m${offset}`): FetchedRecord {
  const bytes = Buffer.from(`..${body}..`);
  return {
    offset,
    timestampMs: 1000 + offset,
    key: key === undefined ? null : Buffer.from(key),
    value: bytes.subarray(2, -2),
    headers: [],
  };
}
