import type { PublishEntry } from './publish-entry.ts';

export interface PublishQueueOptions {
  readonly batchMax: number;
  readonly batchBytesMax: number;
  /** More than one batch may be under way, or a failure in a batch does not stop its key: then a key is in one batch only. */
  readonly locksKeys: boolean;
  /** At most one message of a key in a batch. */
  readonly isOneOfAKey: boolean;
}

/**
 * What waits to be sent to one channel. Forms batches in publish order, and keeps a key back while one of its messages is under
 * way or waits for another try, so that no retry and no pipelining changes the order of a key.
 */
export interface PublishQueue {
  readonly size: number;
  readonly push: (entry: PublishEntry) => void;
  /** The next batch, or `undefined` when nothing can be sent now. */
  readonly take: () => readonly PublishEntry[] | undefined;
  /** Ends a batch. The keys of `failed` stay back until `retry(failed)`. */
  readonly release: (batch: readonly PublishEntry[], failed: readonly PublishEntry[]) => void;
  /** Puts them to the front, with what waits behind their keys. */
  readonly retry: (failed: readonly PublishEntry[]) => void;
}

export function createPublishQueue(options: PublishQueueOptions): PublishQueue {
  const { batchMax, batchBytesMax, locksKeys, isOneOfAKey } = options;
  /** Keys under way or failed, with what waits behind them. */
  const locked = new Map<string, PublishEntry[]>();
  const lockedBy = new Map<string, readonly PublishEntry[]>();
  let entries: PublishEntry[] = [];
  let first = 0;
  /** Comes before `entries`: what was kept back and may go now. */
  let front: PublishEntry[] = [];
  let behind = 0;

  const canTake = (key: string, batch: PublishEntry[]): boolean => {
    if (lockedBy.size === 0) return true;
    const owner = lockedBy.get(key);
    return owner === undefined || (owner === batch && !isOneOfAKey);
  };

  const hold = (entry: PublishEntry, key: string): void => {
    const waiting = locked.get(key);
    if (waiting === undefined) locked.set(key, [entry]);
    else waiting.push(entry);
    behind += 1;
  };

  const take = (): readonly PublishEntry[] | undefined => {
    const batch: PublishEntry[] = [];
    let bytes = 0;
    while (batch.length < batchMax) {
      const entry = front[0] ?? entries[first];
      if (entry === undefined) break;
      const { key, body } = entry.message;
      if (key !== undefined && !canTake(key, batch)) {
        skip();
        hold(entry, key);
        continue;
      }
      if (batch.length > 0 && bytes + body.byteLength > batchBytesMax) break;
      skip();
      bytes += body.byteLength;
      batch.push(entry);
      if (key !== undefined && locksKeys) lockedBy.set(key, batch);
    }
    compact();
    return batch.length === 0 ? undefined : batch;
  };

  const skip = (): void => {
    if (front.length > 0) front.shift();
    else first += 1;
  };

  const compact = (): void => {
    if (first === entries.length) {
      entries = [];
      first = 0;
    } else if (first > 4096 && first * 2 > entries.length) {
      entries = entries.slice(first);
      first = 0;
    }
  };

  const unlock = (key: string, owner: readonly PublishEntry[]): readonly PublishEntry[] => {
    if (lockedBy.get(key) !== owner) return [];
    lockedBy.delete(key);
    const waiting = locked.get(key);
    if (waiting === undefined) return [];
    // Only one of a key can go at a time there: moving all of a hot key back and forth would cost the square of its backlog.
    const freed = isOneOfAKey ? waiting.splice(0, 1) : waiting;
    if (!isOneOfAKey || waiting.length === 0) locked.delete(key);
    behind -= freed.length;
    return freed;
  };

  const release = (batch: readonly PublishEntry[], failed: readonly PublishEntry[]): void => {
    for (const { message } of failed) if (message.key !== undefined) lockedBy.set(message.key, failed);
    if (!locksKeys) return;
    const freed: PublishEntry[] = [];
    for (const { message } of batch) if (message.key !== undefined) freed.push(...unlock(message.key, batch));
    if (freed.length > 0) putFirst(freed);
  };

  const retry = (failed: readonly PublishEntry[]): void => {
    const freed = [...failed];
    for (const { message } of failed) if (message.key !== undefined) freed.push(...unlock(message.key, failed));
    putFirst(freed);
  };

  const putFirst = (items: readonly PublishEntry[]): void => {
    front = [...items, ...front];
  };

  return {
    get size() {
      return front.length + entries.length - first + behind;
    },
    push: (entry) => {
      entries.push(entry);
    },
    take,
    release,
    retry,
  };
}
