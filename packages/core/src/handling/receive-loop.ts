import type { Clock, Delivery, Random, TransportReceiver } from '../driver/index.ts';
import { FairTurn } from '../time/fair-turn.ts';
import { backoffDelay } from './retry-policy.ts';

export interface ReceiveLoopOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly batchMax: number;
  readonly openReceiver: () => Promise<TransportReceiver>;
  /** Deliveries that may be taken now; 0 = wait for `wake`. */
  readonly room: () => number;
  readonly onDeliveries: (deliveries: readonly Delivery[]) => void;
  /** Answers whether the receiver is gone and a new one is to be opened. */
  readonly judge: (error: unknown) => { readonly isClosed: boolean };
}

const backoff = { backoffMs: 100, backoffMsMax: 10_000, backoffFactor: 2, jitter: 0.5 };

/** Receives as long as there is room: back-pressure is not asking. Goes on with backoff after an error. */
export class ReceiveLoop {
  readonly #options: ReceiveLoopOptions;
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;
  #receiving = new AbortController();
  #receiver: TransportReceiver | undefined = undefined;
  #failures = 0;
  #isPaused = false;
  #wakeUp: (() => void) | undefined = undefined;

  constructor(options: ReceiveLoopOptions) {
    this.#options = options;
    this.#done = this.#loop();
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  get receiver(): TransportReceiver | undefined {
    return this.#receiver;
  }

  pause(): void {
    this.#isPaused = true;
    this.#receiving.abort();
  }

  resume(): void {
    this.#isPaused = false;
    this.wake();
  }

  /** There is room again. */
  wake(): void {
    this.#wakeUp?.();
    this.#wakeUp = undefined;
  }

  /** Ends the receive under way. The receiver stays open, so that what is held can be settled. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#receiving.abort();
    this.wake();
    await this.#done;
  }

  get #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #loop(): Promise<void> {
    const { clock } = this.#options;
    // The owner must be complete before anything comes.
    await Promise.resolve();
    const fairness = new FairTurn(clock);
    while (!this.#isStopped) {
      if (this.#isPaused || this.#options.room() === 0) {
        await this.#untilWoken();
        continue;
      }
      await this.#receiveOnce();
      if (fairness.isDue()) await clock.turn();
    }
  }

  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeUp = resolve;
    });
  }

  async #receiveOnce(): Promise<void> {
    const { room, batchMax, onDeliveries } = this.#options;
    try {
      this.#receiver ??= await this.#options.openReceiver();
      if (this.#isPaused || this.#isStopped) return;
      this.#receiving = new AbortController();
      const limit = Math.min(room(), batchMax);
      const deliveries = await this.#receiver.receiveBatch(limit, this.#receiving.signal);
      this.#failures = 0;
      if (deliveries.length > 0) onDeliveries(deliveries);
    } catch (error) {
      await this.#recover(error);
    }
  }

  async #recover(failure: unknown): Promise<void> {
    const { clock, random, judge } = this.#options;
    this.#failures += 1;
    if (judge(failure).isClosed) {
      await this.#receiver?.close().catch(() => undefined);
      this.#receiver = undefined;
    }
    await clock.sleep(backoffDelay(backoff, this.#failures, random), this.#stopped.signal);
  }
}
