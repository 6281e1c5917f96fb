import { PostgresStoreError } from '../postgres-error.ts';
import { attempt } from './attempt.ts';

/** Everything that a close has to wait for, and nothing new after it. */
export class WorkUnderWay {
  #pending = 0;
  #closing: Promise<void> | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  /** Rejects with PostgresStoreError `closed`. */
  track<Result>(begin: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) {
      return Promise.reject(new PostgresStoreError('closed', 'The database was closed by this side.'));
    }
    this.#pending += 1;
    const work = attempt(begin);
    // Behind the caller's back, and not around the work: every promise around each of millions of transactions is felt.
    work.then(this.#end, this.#end);
    return work;
  }

  /** Idempotent. `end` runs once, after the last work. */
  close(end: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#untilIdle().then(end);
    return this.#closing;
  }

  #untilIdle(): Promise<void> {
    this.#idle = Promise.withResolvers();
    if (this.#pending === 0) this.#idle.resolve();
    return this.#idle.promise;
  }

  readonly #end = (): void => {
    this.#pending -= 1;
    if (this.#pending === 0) this.#idle?.resolve();
  };
}
