import type {
  BucketGrant,
  BucketLease,
  BucketRequest,
  OutboxDeletion,
  OutboxPage,
  OutboxQuery,
  OutboxRow,
} from '../driver/index.ts';
import { compositeKey } from './memory-store-state.ts';
import type { BucketRecord, MemoryStoreState } from './memory-store-state.ts';

/** The subscription under which letters of the outbox itself stand. */
const outbox = 'outbox';

export function leaseBuckets(state: MemoryStoreState, request: BucketRequest, now: number): BucketGrant {
  const { buckets } = state;
  const leases: BucketLease[] = [];
  for (const [bucket, record] of buckets.entries()) {
    const isOwn = record.owner === request.owner && record.leaseUntilMs > now;
    // Buckets beyond what is wanted now are given up, so that another relay can take its share.
    if (isOwn && leases.length < request.bucketsMax) leases.push(renew(record, bucket, request, now));
    else if (isOwn) record.leaseUntilMs = -Infinity;
  }
  const held = new Set(leases.map(({ bucket }) => bucket));
  for (const [bucket, record] of buckets.entries()) {
    if (leases.length >= request.bucketsMax) break;
    if (held.has(bucket) || record.leaseUntilMs > now) continue;
    // Whoever comes back after its lease ran out gets a new token: somebody may have had the bucket in between.
    record.token += 1;
    leases.push(renew(record, bucket, request, now));
  }
  return { leases, relays: countRelays(state, request, now) };
}

function renew(record: BucketRecord, bucket: number, { owner, leaseMs }: BucketRequest, now: number): BucketLease {
  record.owner = owner;
  record.leaseUntilMs = now + leaseMs;
  return { bucket, token: record.token };
}

function countRelays({ relays }: MemoryStoreState, { owner, leaseMs, bucketsMax }: BucketRequest, now: number): number {
  if (bucketsMax === 0) relays.delete(owner);
  else relays.set(owner, now + leaseMs);
  for (const [name, untilMs] of relays) if (untilMs <= now) relays.delete(name);
  return relays.size;
}

export function readOutbox(state: MemoryStoreState, { buckets, blocked, limit }: OutboxQuery): OutboxPage {
  const own = new Set(buckets);
  const skipped = new Set(blocked.map(({ channel, key }) => compositeKey(channel, key)));
  const rows: OutboxRow[] = [];
  for (const row of state.outbox) {
    if (rows.length >= limit) break;
    if (own.has(row.bucket) && !isKeptBack(state, row, skipped)) rows.push(row);
  }
  return { rows };
}

function isKeptBack(state: MemoryStoreState, { address, key }: OutboxRow, skipped: ReadonlySet<string>): boolean {
  if (key === undefined) return false;
  if (skipped.size > 0 && skipped.has(compositeKey(address.channel, key))) return true;
  return state.parked.size > 0 && state.parked.get(compositeKey(outbox, address.channel, key)) !== undefined;
}

export function deleteOutbox(state: MemoryStoreState, { rowIds, leases }: OutboxDeletion): number {
  const current = new Set(
    leases.filter(({ bucket, token }) => state.buckets[bucket]?.token === token).map(({ bucket }) => bucket),
  );
  let count = 0;
  for (const rowId of rowIds) {
    const row = state.outbox.get(rowId);
    if (row !== undefined && current.has(row.bucket) && state.outbox.delete(rowId)) count += 1;
  }
  return count;
}

/** Rows that a relay may still send, and the age of the oldest. */
export function inspectOutbox(
  state: MemoryStoreState,
  now: number,
): { readonly rows: number; readonly oldestAgeMs: number } {
  const none: ReadonlySet<string> = new Set();
  let rows = 0;
  let oldest = now;
  if (state.parked.size === 0) rows = state.outbox.size;
  for (const row of state.outbox) {
    if (state.parked.size > 0 && isKeptBack(state, row, none)) continue;
    if (row.createdAtMs < oldest) oldest = row.createdAtMs;
    if (state.parked.size === 0) break;
    rows += 1;
  }
  return { rows, oldestAgeMs: now - oldest };
}
