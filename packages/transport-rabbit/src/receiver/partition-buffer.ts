/** What is needed of a delivery to keep its place. */
export interface Buffered {
  /** The delivery tag: its place in the order of the queue. */
  readonly tag: number;
  /** Ordering key; `undefined` has no order. */
  readonly key: string | undefined;
}

/** What one queue has delivered and core does not hold: fresh, or released and waiting for its time. */
export interface PartitionBuffer<Item extends Buffered> {
  readonly size: () => number;
  /** Takes in a fresh delivery, or one that core has released, which is then held back until `readyAtMs`. */
  readonly add: (item: Item, readyAtMs: number) => void;
  /**
   * Hands out up to `limit` items in the order of the queue. An item that must still wait holds back the later ones of its key and no
   * others.
   */
  readonly take: (limit: number, nowMs: number) => readonly Item[];
  /** When the next item that must wait is due; `Infinity` when none waits. */
  readonly nextDueMs: (nowMs: number) => number;
}

interface Place<Item> {
  readonly item: Item;
  readonly readyAtMs: number;
}

/**
 * The local hold. A nack would put a message behind all that was delivered after it, so a released message stays unacknowledged here
 * and keeps its place. Bounded by the prefetch of the queue.
 */
export function createPartitionBuffer<Item extends Buffered>(): PartitionBuffer<Item> {
  const places: Place<Item>[] = [];

  return {
    size: () => places.length,
    add: (item, readyAtMs) => {
      places.splice(placeOf(places, item.tag), 0, { item, readyAtMs });
    },
    take: (limit, nowMs) => {
      const taken: Item[] = [];
      const passed: Place<Item>[] = [];
      const waitingKeys = new Set<string>();
      let walked = 0;
      for (const place of places) {
        if (taken.length === limit) break;
        walked += 1;
        if (mustWait(place, waitingKeys, nowMs)) passed.push(place);
        else taken.push(place.item);
      }
      if (taken.length > 0) places.splice(0, walked, ...passed);
      return taken;
    },
    nextDueMs: (nowMs) => {
      let dueMs = Infinity;
      for (const { readyAtMs } of places) if (readyAtMs > nowMs) dueMs = Math.min(dueMs, readyAtMs);
      return dueMs;
    },
  };
}

function mustWait<Item extends Buffered>({ item, readyAtMs }: Place<Item>, waitingKeys: Set<string>, nowMs: number) {
  const waits = readyAtMs > nowMs || (item.key !== undefined && waitingKeys.has(item.key));
  if (waits && item.key !== undefined) waitingKeys.add(item.key);
  return waits;
}

/** Fresh deliveries have the highest tag, so the search from the end is one step for them. */
function placeOf(places: readonly Place<Buffered>[], tag: number): number {
  let index = places.length;
  while (index > 0 && (places[index - 1]?.item.tag ?? 0) > tag) index -= 1;
  return index;
}
