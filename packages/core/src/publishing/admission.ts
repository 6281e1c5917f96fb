import { Fifo } from '../collections/fifo.ts';

/** Bounds what is unconfirmed: what comes beyond waits its turn, in order. */
export class Admission {
  readonly #max: number;
  readonly #waiting = new Fifo<() => void>();
  #admitted = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Admitted and waiting together. */
  get size(): number {
    return this.#admitted + this.#waiting.size;
  }

  /** Runs `start` now or when there is room; each must be followed by one `leave`. */
  enter(start: () => void): void {
    if (this.#admitted < this.#max) {
      this.#admitted += 1;
      start();
    } else {
      this.#waiting.push(start);
    }
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#admitted -= 1;
    else next();
  }
}
