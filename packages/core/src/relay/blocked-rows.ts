import type { Clock, OutboxKey, OutboxRow, Random } from '../driver/index.ts';
import { backoffDelay } from '../handling/retry-policy.ts';
import { relayBackoff } from './relay-options.ts';

/** A row that was not confirmed, and with it its key. */
export interface BlockedRow {
  readonly row: OutboxRow;
  readonly tries: number;
  readonly firstFailedAtMs: number;
  readonly retryAtMs: number;
}

/**
 * What stands still on one channel after a send that failed or whose end is unknown, until it is its time to be tried again: the whole
 * key, or the single row where there is no key.
 */
export class BlockedRows {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #rows = new Map<string, BlockedRow>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** What is known of a row that has failed before. */
  get(row: OutboxRow): BlockedRow | undefined {
    const known = this.#rows.get(nameOf(row));
    return known?.row.rowId === row.rowId ? known : undefined;
  }

  block(row: OutboxRow): void {
    const known = this.get(row);
    const tries = (known?.tries ?? 0) + 1;
    this.#rows.set(nameOf(row), {
      row,
      tries,
      firstFailedAtMs: known?.firstFailedAtMs ?? this.#clock.now(),
      retryAtMs: this.#clock.monotonic() + backoffDelay(relayBackoff, tries, this.#random),
    });
  }

  /** The row has gone, one way or another. */
  forget(row: OutboxRow): void {
    if (this.#rows.size > 0) this.#rows.delete(nameOf(row));
  }

  /** Rows that may be tried again now. */
  due(): readonly OutboxRow[] {
    if (this.#rows.size === 0) return [];
    const now = this.#clock.monotonic();
    return [...this.#rows.values()].filter(({ retryAtMs }) => retryAtMs <= now).map(({ row }) => row);
  }

  /** Forgets what others see to by now. */
  keepOnly(buckets: ReadonlySet<number>): void {
    for (const [name, { row }] of this.#rows) if (!buckets.has(row.bucket)) this.#rows.delete(name);
  }

  /** Keys that may not be tried yet. */
  waitingKeys(): readonly OutboxKey[] {
    return this.#waiting().flatMap(({ row }) =>
      row.key === undefined ? [] : [{ channel: row.address.channel, key: row.key }],
    );
  }

  /** Ids of rows without a key that may not be tried yet. */
  waitingRows(): ReadonlySet<number> {
    return new Set(this.#waiting().flatMap(({ row }) => (row.key === undefined ? [row.rowId] : [])));
  }

  /** Time until the next may be tried again; `Infinity` when there is none. */
  nextInMs(): number {
    const now = this.#clock.monotonic();
    let next = Infinity;
    for (const { retryAtMs } of this.#rows.values()) next = Math.min(next, Math.max(0, retryAtMs - now));
    return next;
  }

  #waiting(): readonly BlockedRow[] {
    if (this.#rows.size === 0) return [];
    const now = this.#clock.monotonic();
    return [...this.#rows.values()].filter(({ retryAtMs }) => retryAtMs > now);
  }
}

/** Where there is no key a row stands for itself. */
const nameOf = ({ key, rowId }: OutboxRow): string => (key === undefined ? `#${rowId}` : `=${key}`);
