import type { OutboxRow, TransportCapabilities } from '../driver/index.ts';

export interface NextBatchInput {
  /** Of one channel, in id order. */
  readonly rows: readonly OutboxRow[];
  readonly send: TransportCapabilities['send'];
  /** Rows that must not be sent now: their key has failed, or their bucket is gone. */
  readonly isHeld: (row: OutboxRow) => boolean;
}

export interface NextBatch {
  readonly batch: readonly OutboxRow[];
  /** Still to be sent, in order. */
  readonly rest: readonly OutboxRow[];
}

/** Cuts the next batch off the rows of a channel: within the driver's limits, and in the order of each key. */
export function nextBatch({ rows, send, isHeld }: NextBatchInput): NextBatch {
  const batch: OutboxRow[] = [];
  const later: OutboxRow[] = [];
  const keys = new Set<string>();
  const isOneOfAKey = send.afterFailure === 'independent';
  let bytes = 0;
  let place = 0;
  for (; place < rows.length && batch.length < send.batchMax; place += 1) {
    const row = rows[place] as OutboxRow;
    if (isHeld(row)) continue;
    if (row.key !== undefined && isOneOfAKey && keys.has(row.key)) {
      later.push(row);
      continue;
    }
    if (batch.length > 0 && bytes + row.body.byteLength > send.batchBytesMax) break;
    if (row.key !== undefined && isOneOfAKey) keys.add(row.key);
    bytes += row.body.byteLength;
    batch.push(row);
  }
  return { batch, rest: [...later, ...rows.slice(place)] };
}
