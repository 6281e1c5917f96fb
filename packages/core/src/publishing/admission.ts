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

  /** True when there is room now; must be followed by one `leave`. */
  tryEnter(): boolean {
    if (this.#admitted >= this.#max) return false;
    this.#admitted += 1;
    return true;
  }

  /** Runs `start` when there is room; must be followed by one `leave`. */
  wait(start: () => void): void {
    this.#waiting.push(start);
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#admitted -= 1;
    else next();
  }
}
