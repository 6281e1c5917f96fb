import { GroupedMap } from './grouped-map.ts';
import type { OutboxIndex } from './outbox-index.ts';

export interface ParkedKey {
  readonly subscription: string;
  readonly channel: string;
  readonly key: string;
  /** How many letters hold the key back. */
  readonly letters: number;
}

/** The subscription under which letters of the outbox itself stand. */
const outboxSubscription = 'outbox';

/** Keys that wait behind dead letters. Those of the outbox itself are told to the outbox. */
export class ParkedKeys {
  readonly #keys = new GroupedMap<ParkedKey>();
  readonly #outbox: OutboxIndex;
  #size = 0;

  constructor(outbox: OutboxIndex) {
    this.#outbox = outbox;
  }

  get size(): number {
    return this.#size;
  }

  get(group: string, name: string): ParkedKey | undefined {
    return this.#keys.get(group, name);
  }

  write(group: string, name: string, parked: ParkedKey | undefined): void {
    const known = this.#keys.get(group, name);
    this.#keys.write(group, name, parked);
    if (known === undefined && parked !== undefined) this.#onParked(parked);
    if (known !== undefined && parked === undefined) this.#onFreed(known);
  }

  #onParked({ subscription, channel, key }: ParkedKey): void {
    this.#size += 1;
    if (subscription === outboxSubscription) this.#outbox.park(channel, key);
  }

  #onFreed({ subscription, channel, key }: ParkedKey): void {
    this.#size -= 1;
    if (subscription === outboxSubscription) this.#outbox.free(channel, key);
  }
}
