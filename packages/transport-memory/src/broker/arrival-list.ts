import type { QueuedMessage } from './queued-message.ts';

/** Everything unsettled of one queue, oldest first. */
export class ArrivalList {
  #oldest: QueuedMessage | undefined = undefined;
  #newest: QueuedMessage | undefined = undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get oldest(): QueuedMessage | undefined {
    return this.#oldest;
  }

  push(entry: QueuedMessage): void {
    this.#length += 1;
    entry.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  remove(entry: QueuedMessage): void {
    this.#length -= 1;
    const { older, newer } = entry;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    entry.older = undefined;
    entry.newer = undefined;
  }
}
