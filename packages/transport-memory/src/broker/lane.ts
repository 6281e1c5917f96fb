import type { Holder } from './holder.ts';
import type { LaneRing } from './lane-ring.ts';
import type { QueuedMessage } from './queued-message.ts';

/**
 * Messages in the order of their delivery. The lane of a key keeps its messages until they are settled, so that one at its head
 * holds back those behind it; the lane of messages without order (`key` undefined) keeps only what is ready.
 */
export class Lane {
  readonly key: string | undefined;
  head: QueuedMessage | undefined = undefined;
  tail: QueuedMessage | undefined = undefined;
  held = 0;
  /** The last receiver that got something of it. */
  owner: Holder | undefined = undefined;

  /** The ring it waits in to be served, and its neighbours there. */
  ring: LaneRing | undefined = undefined;
  ringPrevious: Lane | undefined = undefined;
  ringNext: Lane | undefined = undefined;

  constructor(key: string | undefined) {
    this.key = key;
  }

  pushBack(entry: QueuedMessage): void {
    this.insertBefore(undefined, entry);
  }

  pushFront(entry: QueuedMessage): void {
    this.insertBefore(this.head, entry);
  }

  /** Before `place`, or last. */
  insertBefore(place: QueuedMessage | undefined, entry: QueuedMessage): void {
    const previous = place === undefined ? this.tail : place.previous;
    entry.previous = previous;
    entry.next = place;
    if (previous === undefined) this.head = entry;
    else previous.next = entry;
    if (place === undefined) this.tail = entry;
    else place.previous = entry;
  }

  unlink(entry: QueuedMessage): void {
    const { previous, next } = entry;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.tail = previous;
    else next.previous = previous;
    entry.previous = undefined;
    entry.next = undefined;
  }
}
