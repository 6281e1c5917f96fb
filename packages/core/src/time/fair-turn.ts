import type { Clock } from '../driver/index.ts';

/** How long a chain of promises may run before timers and I/O get their turn. */
const busyMsMax = 1;

/**
 * Notices when a loop of promises keeps the event loop from turning. With a broker in this process every call answers within the same
 * turn, and whoever awaits in a loop would starve everybody else.
 */
export class FairTurn {
  readonly #clock: Clock;
  #busySinceMs: number | undefined = undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when it is time to `await clock.turn()`. */
  isDue(): boolean {
    const now = this.#clock.monotonic();
    if (this.#busySinceMs === undefined) {
      this.#busySinceMs = now;
      void this.#clock.turn().then(() => {
        this.#busySinceMs = undefined;
      });
      return false;
    }
    return now - this.#busySinceMs >= busyMsMax;
  }
}
