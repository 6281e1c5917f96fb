import type { Timer } from '../driver/index.ts';
import type { RelayServices } from './relay-options.ts';

export type OutboxWatchServices = Pick<RelayServices, 'store' | 'clock' | 'log' | 'observe'>;

/** The store is asked so many times within the age that is too old. */
const looksPerAge = 4;

/**
 * Raises the alarm when the oldest committed row has waited too long to be sent, once, and says once that all is well again. It is apart
 * from the relay, so that a process that only writes hears of relays that are gone.
 */
export class OutboxWatch {
  readonly #services: OutboxWatchServices;
  readonly #oldestAgeMsMax: number;
  #timer: Timer | undefined = undefined;
  #looking: Promise<void> | undefined = undefined;
  #isStale = false;
  #isStopped = false;

  /** @param oldestAgeMsMax 0 = nobody looks */
  constructor(services: OutboxWatchServices, oldestAgeMsMax: number) {
    this.#services = services;
    this.#oldestAgeMsMax = oldestAgeMsMax;
  }

  start(): void {
    if (this.#timer === undefined && this.#oldestAgeMsMax > 0) this.#lookLater();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#looking;
  }

  #lookLater(): void {
    if (this.#isStopped) return;
    this.#timer = this.#services.clock.after(this.#oldestAgeMsMax / looksPerAge, () => {
      this.#looking = this.#look().then(() => this.#lookLater());
    });
  }

  /** Never rejects. While the store cannot be asked nothing is known, and what was told last stands. */
  async #look(): Promise<void> {
    const { store, log } = this.#services;
    try {
      const { outboxRows, outboxOldestAgeMs } = await store.inspect();
      this.#judge(outboxRows, outboxOldestAgeMs);
    } catch (error) {
      log.debug({ code: store.codeOf(error) }, 'the age of the outbox is not known');
    }
  }

  #judge(rows: number, oldestAgeMs: number): void {
    const isStale = isTooOld(oldestAgeMs, this.#oldestAgeMsMax);
    if (isStale === this.#isStale || this.#isStopped) return;
    this.#isStale = isStale;
    const { log, observe } = this.#services;
    if (isStale) {
      log.warn({ code: 'outbox-stale', rows, oldestAgeMs }, 'committed messages are not sent');
      observe?.({ event: 'outbox-stale', code: 'outbox-stale', rows, oldestAgeMs });
    } else {
      log.info({ rows, oldestAgeMs }, 'committed messages are sent again');
      observe?.({ event: 'outbox-healthy', rows, oldestAgeMs });
    }
  }
}

/** @param oldestAgeMsMax 0 = no age is */
export const isTooOld = (oldestAgeMs: number, oldestAgeMsMax: number): boolean =>
  oldestAgeMsMax > 0 && oldestAgeMs > oldestAgeMsMax;
