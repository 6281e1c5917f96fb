import { Fifo } from '../collections/fifo.ts';
import type { TransportMessage } from '../driver/index.ts';

export interface PublishQueueOptions {
  readonly batchMax: number;
  readonly batchBytesMax: number;
  /** More than one batch may be under way, or a failure in a batch does not stop its key: then a key is in one batch only. */
  readonly locksKeys: boolean;
  /** At most one message of a key in a batch. */
  readonly isOneOfAKey: boolean;
}

interface Sendable {
  readonly message: TransportMessage;
}

/**
 * What waits to be sent to one channel. Forms batches in publish order, and keeps a key back while one of its messages is under
 * way or waits for another try, so that no retry and no pipelining changes the order of a key.
 */
export class PublishQueue<Entry extends Sendable> {
  readonly #options: PublishQueueOptions;
  readonly #entries = new Fifo<Entry>();
  /** Comes before `#entries`: what was kept back and may go now. */
  #front: Entry[] = [];
  /** Keys that are under way or failed, by the batch that holds them. */
  readonly #lockedBy = new Map<string, readonly Entry[]>();
  /** What waits behind them. */
  readonly #behind = new Map<string, Entry[]>();

  constructor(options: PublishQueueOptions) {
    this.#options = options;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** The next batch, or `undefined` when nothing can be sent now. */
  take(): readonly Entry[] | undefined {
    const { batchMax, batchBytesMax, locksKeys } = this.#options;
    const batch: Entry[] = [];
    let bytes = 0;
    while (batch.length < batchMax) {
      const entry = this.#front[0] ?? this.#entries.peek();
      if (entry === undefined) break;
      const { key, body } = entry.message;
      if (key !== undefined && this.#isLocked(key, batch)) {
        this.#skip();
        this.#keepBack(entry, key);
        continue;
      }
      if (batch.length > 0 && bytes + body.byteLength > batchBytesMax) break;
      this.#skip();
      bytes += body.byteLength;
      batch.push(entry);
      if (key !== undefined && locksKeys) this.#lockedBy.set(key, batch);
    }
    return batch.length === 0 ? undefined : batch;
  }

  /** Ends a batch. The keys of `failed` stay back until `retry(failed)`. */
  release(batch: readonly Entry[], failed: readonly Entry[]): void {
    for (const { message } of failed) if (message.key !== undefined) this.#lockedBy.set(message.key, failed);
    if (this.#options.locksKeys) this.#putFirst(this.#unlockAll(batch, []));
  }

  /** Puts them to the front, with what waits behind their keys. */
  retry(failed: readonly Entry[]): void {
    if (this.#options.isOneOfAKey) {
      // The failed one goes alone: what waits behind its key is freed when it has gone.
      for (const { message } of failed) if (message.key !== undefined) this.#lockedBy.delete(message.key);
      this.#putFirst(failed);
    } else {
      this.#putFirst(this.#unlockAll(failed, [...failed]));
    }
  }

  #isLocked(key: string, batch: readonly Entry[]): boolean {
    if (this.#lockedBy.size === 0) return false;
    const owner = this.#lockedBy.get(key);
    return owner !== undefined && (owner !== batch || this.#options.isOneOfAKey);
  }

  #skip(): void {
    if (this.#front.length > 0) this.#front.shift();
    else this.#entries.shift();
  }

  #keepBack(entry: Entry, key: string): void {
    const waiting = this.#behind.get(key);
    if (waiting === undefined) this.#behind.set(key, [entry]);
    else waiting.push(entry);
  }

  #unlockAll(owner: readonly Entry[], freed: Entry[]): Entry[] {
    for (const { message } of owner) {
      if (message.key === undefined || this.#lockedBy.get(message.key) !== owner) continue;
      this.#lockedBy.delete(message.key);
      const waiting = this.#behind.get(message.key);
      if (waiting !== undefined) freed.push(...this.#free(message.key, waiting));
    }
    return freed;
  }

  /** Where only one of a key can go at a time, moving all of a hot key back and forth would cost the square of its backlog. */
  #free(key: string, waiting: Entry[]): readonly Entry[] {
    if (this.#options.isOneOfAKey && waiting.length > 1) return waiting.splice(0, 1);
    this.#behind.delete(key);
    return waiting;
  }

  #putFirst(entries: readonly Entry[]): void {
    if (entries.length > 0) this.#front = [...entries, ...this.#front];
  }
}
