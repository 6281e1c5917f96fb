import type { Clock } from '../driver/index.ts';

/** Lets a loop sleep until it is asked, or a time has passed. Asking while it works is not lost. */
export class Wakeup {
  readonly #clock: Clock;
  #isAsked = false;
  #interrupt: AbortController | undefined = undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isAsked(): boolean {
    return this.#isAsked;
  }

  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    // Without a reason an error would be made, with its stack, each time.
    this.#interrupt?.abort('asked');
  }

  /** From here on an `ask` counts for the next `wait`. */
  heard(): void {
    this.#isAsked = false;
  }

  async wait(forMs: number): Promise<void> {
    if (this.#isAsked) return;
    this.#interrupt = new AbortController();
    await this.#clock.sleep(forMs, this.#interrupt.signal);
    this.#interrupt = undefined;
  }
}
