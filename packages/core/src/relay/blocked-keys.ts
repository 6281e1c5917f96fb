import type { Clock, OutboxKey, OutboxRow, Random } from '../driver/index.ts';
import { backoffDelay } from '../handling/retry-policy.ts';

interface Blocked extends OutboxKey {
  tries: number;
  retryAtMs: number;
}

const backoff = { backoffMs: 100, backoffMsMax: 30_000, backoffFactor: 2, jitter: 0.5 };

/** Keys that stand still after a send that failed or whose end is unknown, until it is their time to be tried again. */
export class BlockedKeys {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #keys = new Map<string, Blocked>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Those that may not be tried yet. */
  waiting(): readonly OutboxKey[] {
    const now = this.#clock.monotonic();
    return [...this.#keys.values()].filter(({ retryAtMs }) => retryAtMs > now);
  }

  /** Time until the first of them may be tried; `Infinity` when there is none. */
  nextInMs(): number {
    const now = this.#clock.monotonic();
    let next = Infinity;
    for (const { retryAtMs } of this.#keys.values()) next = Math.min(next, Math.max(0, retryAtMs - now));
    return next;
  }

  failed(row: OutboxRow): void {
    const id = idOf(row);
    const tries = (this.#keys.get(id)?.tries ?? 0) + 1;
    const retryAtMs = this.#clock.monotonic() + backoffDelay(backoff, tries, this.#random);
    this.#keys.set(id, { channel: row.address.channel, key: row.key ?? '', tries, retryAtMs });
  }

  triesOf(row: OutboxRow): number {
    return this.#keys.get(idOf(row))?.tries ?? 0;
  }

  sent(row: OutboxRow): void {
    if (this.#keys.size > 0) this.#keys.delete(idOf(row));
  }

  isWaiting(row: OutboxRow): boolean {
    if (this.#keys.size === 0) return false;
    const blocked = this.#keys.get(idOf(row));
    return blocked !== undefined && blocked.retryAtMs > this.#clock.monotonic();
  }
}

/** A row without a key stands for itself. */
function idOf({ address, key, rowId }: OutboxRow): string {
  return JSON.stringify(key === undefined ? [rowId] : [address.kind, address.channel, key]);
}
