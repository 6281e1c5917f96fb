import { PostgresStoreError } from '../postgres-error.ts';

/** Everything that a close has to wait for, and nothing new after it. */
export class WorkUnderWay {
  readonly #works = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** @throws PostgresStoreError `closed` */
  async track<Result>(begin: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) {
      throw new PostgresStoreError('closed', 'The database was closed by this side.');
    }
    const work = begin();
    this.#works.add(work);
    try {
      return await work;
    } finally {
      this.#works.delete(work);
    }
  }

  /** Idempotent. `end` runs once, after the last work. */
  close(end: () => Promise<void>): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#works).then(end);
    return this.#closing;
  }
}
