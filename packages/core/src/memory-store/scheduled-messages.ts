import { MinHeap } from '../collections/min-heap.ts';
import type { OutboxDraft } from '../driver/index.ts';
import { bucketOf } from './bucket-of.ts';
import type { EnqueuedRow } from './numbered-row.ts';

/** A committed message that waits for its time. */
export interface ScheduledMessage {
  /** In the order in which they were written. */
  readonly id: number;
  readonly bucket: number;
  /** Monotonic. */
  readonly dueAtMs: number;
  /** With no delay left. */
  readonly draft: OutboxDraft;
}

/** It lies in the bucket of its key from the beginning; what has none is spread by its id. */
export function toScheduled({ rowId, draft }: EnqueuedRow, nowMs: number, buckets: number): ScheduledMessage {
  const { delayedBy: _, ...message } = draft;
  const { address, key, delayMs } = message;
  const bucket = key === undefined ? rowId % buckets : bucketOf(address.channel, key, buckets);
  return { id: rowId, bucket, dueAtMs: nowMs + delayMs, draft: { ...message, delayMs: 0 } };
}

/** What waits for its time, by bucket. A look costs one comparison a bucket, and nothing while there is nothing. */
export class ScheduledMessages {
  readonly #buckets: readonly MinHeap<ScheduledMessage>[];
  #size = 0;

  constructor(buckets: number) {
    this.#buckets = Array.from({ length: buckets }, () => new MinHeap(isEarlier));
  }

  get size(): number {
    return this.#size;
  }

  add(message: ScheduledMessage): void {
    this.#buckets[message.bucket]?.push(message);
    this.#size += 1;
  }

  /** Takes out what is due in these buckets, `max` at most, the earliest first. */
  takeDue(buckets: readonly number[], nowMs: number, max: number): readonly ScheduledMessage[] {
    const due: ScheduledMessage[] = [];
    while (due.length < max) {
      const heap = this.#earliest(buckets);
      const first = heap?.peek();
      if (heap === undefined || first === undefined || first.dueAtMs > nowMs) break;
      heap.pop();
      due.push(first);
    }
    this.#size -= due.length;
    return due;
  }

  /** The earliest time of these buckets; `undefined` where there is none. */
  nextDueAtMs(buckets: readonly number[]): number | undefined {
    return this.#earliest(buckets)?.peek()?.dueAtMs;
  }

  #earliest(buckets: readonly number[]): MinHeap<ScheduledMessage> | undefined {
    if (this.#size === 0) return undefined;
    let earliest: MinHeap<ScheduledMessage> | undefined;
    for (const bucket of buckets) {
      const heap = this.#buckets[bucket];
      const first = heap?.peek();
      const best = earliest?.peek();
      if (first !== undefined && (best === undefined || isEarlier(first, best))) earliest = heap;
    }
    return earliest;
  }
}

const isEarlier = (left: ScheduledMessage, right: ScheduledMessage): boolean =>
  left.dueAtMs < right.dueAtMs || (left.dueAtMs === right.dueAtMs && left.id < right.id);
