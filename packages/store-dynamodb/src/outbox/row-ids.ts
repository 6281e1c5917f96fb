import type { Random } from '@waybill/core/driver';

/** 2025-01-01: with 64 places per millisecond and 64 buckets, numbers stay below 2^53 until 2094. */
const startMs = 1_735_689_600_000;
const placesPerMs = 64;

/** Gives the next row id of a bucket, above `above`. */
export type NextRowId = (bucket: number, above: number, nowMs: number) => number;

/**
 * Ids of outbox rows that no counter must give: time, a random place within the millisecond, and the bucket as the remainder, so that an id is
 * the row's address. Two instances may draw the same one; the row's condition then fails the commit, which is run again. Ids of one key grow
 * whatever the clock does, because each is above the one before.
 */
export function createRowIds(buckets: number, random: Random): NextRowId {
  const last = new Map<number, number>();
  return (bucket, above, nowMs) => {
    const drawn = Math.max(0, nowMs - startMs) * placesPerMs + Math.floor(random() * placesPerMs);
    const place = Math.max(drawn, (last.get(bucket) ?? -1) + 1, Math.floor(above / buckets) + 1);
    last.set(bucket, place);
    return place * buckets + bucket;
  };
}
