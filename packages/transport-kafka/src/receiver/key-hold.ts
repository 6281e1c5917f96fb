/** What is needed of a record to hold it back. */
export interface Holdable {
  /** In the order of the partition. */
  readonly place: number;
  /** Ordering key; `undefined` has no order. */
  readonly key: string | undefined;
  /** Monotonic milliseconds. */
  readonly readyAtMs: number;
}

/** Records that wait: those that were given back, and behind each the later ones of its key. */
export interface KeyHold<Item extends Holdable> {
  readonly size: () => number;
  /** A later record of this key has to wait as well. */
  readonly holds: (key: string | undefined) => boolean;
  readonly add: (item: Item) => void;
  /** Up to `limit` whose time has come, in the order of the partition. One that must still wait holds back the later ones of its key. */
  readonly take: (limit: number, nowMs: number) => readonly Item[];
  /** When it is worth to look again; `Infinity` when nothing waits. */
  readonly nextDueMs: () => number;
}

/** All that waits of one key, the first in front. */
type Queue<Item> = Item[];

/**
 * Every key that waits has a queue of its own, so that what stands behind a stuck key is never looked at on the way to other keys, and the
 * queues are looked at only when one is due. Records without a key wait alone.
 */
export function createKeyHold<Item extends Holdable>(): KeyHold<Item> {
  const byKey = new Map<string, Queue<Item>>();
  const queues = new Set<Queue<Item>>();
  let size = 0;
  /** Nothing is due before. */
  let dueMs = Infinity;

  const queueOf = (key: string | undefined): Queue<Item> => {
    const known = key === undefined ? undefined : byKey.get(key);
    if (known !== undefined) return known;
    const queue: Queue<Item> = [];
    queues.add(queue);
    if (key !== undefined) byKey.set(key, queue);
    return queue;
  };

  const takeFrom = (queue: Queue<Item>, limit: number, nowMs: number): readonly Item[] => {
    const taken = queue.splice(0, dueCount(queue, limit, nowMs));
    size -= taken.length;
    if (queue.length > 0) return taken;
    queues.delete(queue);
    const key = taken[0]?.key;
    if (key !== undefined) byKey.delete(key);
    return taken;
  };

  return {
    size: () => size,
    holds: (key) => key !== undefined && byKey.has(key),
    add: (item) => {
      size += 1;
      const queue = queueOf(item.key);
      insert(queue, item);
      if (queue[0] === item) dueMs = Math.min(dueMs, item.readyAtMs);
    },
    take: (limit, nowMs) => {
      if (nowMs < dueMs) return [];
      const taken: Item[] = [];
      dueMs = Infinity;
      for (const queue of queues) {
        taken.push(...takeFrom(queue, limit - taken.length, nowMs));
        dueMs = Math.min(dueMs, queue[0]?.readyAtMs ?? Infinity);
      }
      return taken.toSorted((one, other) => one.place - other.place);
    },
    nextDueMs: () => dueMs,
  };
}

function dueCount(queue: readonly Holdable[], limit: number, nowMs: number): number {
  const most = Math.min(limit, queue.length);
  let count = 0;
  while (count < most && (queue[count]?.readyAtMs ?? 0) <= nowMs) count += 1;
  return count;
}

/** What is read later stands last, and what comes back stood first: either end is one step away. */
function insert<Item extends Holdable>(queue: Queue<Item>, item: Item): void {
  const last = queue.at(-1);
  const isLast = last === undefined || last.place < item.place;
  queue.splice(isLast ? queue.length : queue.findIndex(({ place }) => place > item.place), 0, item);
}
