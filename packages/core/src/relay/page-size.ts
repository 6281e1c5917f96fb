import type { Clock } from '../driver/index.ts';

/** Pages that follow each other faster grow, and slower ones shrink: about a tenth of a second each. */
const quickMs = 40;
const slowMs = 160;
const firstSize = 500;
const leastSize = 125;

/**
 * How many rows to read at once. A page costs some waiting for one another, whatever its size, so a fast broker is worth large ones; with a slow one
 * they would only keep rows in memory, and buckets from going to another relay, for as long as it takes.
 */
export class PageSize {
  readonly #clock: Clock;
  readonly #max: number;
  #rows: number;
  /** When the last page came, as long as all were full. */
  #fullAtMs: number | undefined = undefined;

  constructor(clock: Clock, max: number) {
    this.#clock = clock;
    this.#max = max;
    this.#rows = Math.min(firstSize, max);
  }

  get rows(): number {
    return this.#rows;
  }

  /** A page has come: `isFull` when there may be more. */
  came(isFull: boolean): void {
    const nowMs = this.#clock.monotonic();
    const tookMs = nowMs - (this.#fullAtMs ?? Number.NaN);
    this.#fullAtMs = isFull ? nowMs : undefined;
    if (!isFull) return;
    if (tookMs < quickMs) this.#rows = Math.min(this.#max, this.#rows * 2);
    if (tookMs > slowMs) this.#rows = Math.max(Math.min(leastSize, this.#max), Math.floor(this.#rows / 2));
  }
}
