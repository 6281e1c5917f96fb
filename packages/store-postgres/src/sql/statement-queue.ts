import { attempt } from './attempt.ts';
import { transactionEnded } from './transaction-ended.ts';

/**
 * The statements of one transaction, one after the other: a client takes no second one before the first has ended. Closed with the
 * transaction, because a statement that comes later would run alone and commit by itself.
 */
export class StatementQueue {
  #last: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #isOpen = true;
  #unawaited = 0;

  /** Rejects with PostgresStoreError `transaction-closed`, also for a statement that was still waiting when the transaction ended. */
  run<Result>(statement: () => Promise<Result>): Promise<Result> {
    if (!this.#isOpen) return Promise.reject(transactionEnded());
    this.#pending += 1;
    const result = this.#pending === 1 ? attempt(statement) : this.#inTurn(statement);
    this.#last = result.then(this.#end, this.#end);
    return result;
  }

  /** Takes nothing more and waits for the statement under way. Answers how many were not awaited at its first call. */
  async close(): Promise<number> {
    if (this.#isOpen) this.#unawaited = this.#pending;
    this.#isOpen = false;
    await this.#last;
    return this.#unawaited;
  }

  async #inTurn<Result>(statement: () => Promise<Result>): Promise<Result> {
    await this.#last;
    if (!this.#isOpen) throw transactionEnded();
    return statement();
  }

  readonly #end = (): void => {
    this.#pending -= 1;
  };
}
