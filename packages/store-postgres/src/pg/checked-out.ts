import type { PoolClient, QueryResult } from 'pg';
import type { AnswerLimit, Asked } from './answer-limit.ts';
import type { ConnectionLosses } from './connection-losses.ts';
import { isLostPreparation, isOwn } from './pg-statement.ts';
import type { AnyStatement, OwnStatement } from './pg-statement.ts';
import { sendTogether } from './send-together.ts';
import type { SentTogether } from './send-together.ts';

/**
 * A connection of a pool for as long as somebody works with it. Every statement goes through here, so that nobody gets a connection on which one
 * is still running, or would fail for ever.
 */
export class CheckedOut {
  readonly client: PoolClient;
  readonly #losses: ConnectionLosses;
  readonly #limit: AnswerLimit;
  #isStatusKnown = true;
  #isSpoilt = false;

  constructor(client: PoolClient, losses: ConnectionLosses, limit: AnswerLimit) {
    this.client = client;
    this.#losses = losses;
    this.#limit = limit;
  }

  /** Why the connection is lost, as soon as that is known. */
  get lostBy(): Error | undefined {
    return this.#losses.of(this.client);
  }

  async ask(statement: AnyStatement, values?: unknown[]): Promise<QueryResult> {
    this.#requireWhole();
    const asked = this.#limit.begin(this.client);
    try {
      const answer = await (isOwn(statement)
        ? sendTogether(this.client, [], statement).answer
        : this.client.query(statement, values));
      this.#know(asked);
      return answer;
    } catch (error) {
      this.#judge(asked, error);
      throw error;
    }
  }

  /** The same for a statement with some before it. */
  askTogether(before: readonly OwnStatement[], statement: AnyStatement, values?: unknown[]): SentTogether {
    this.#requireWhole();
    const sent = sendTogether(this.client, before, statement, values);
    const asked = this.#limit.begin(this.client);
    sent.answer.then(
      () => this.#know(asked),
      (error: unknown) => this.#judge(asked, error),
    );
    return sent;
  }

  /** The server says how a transaction stands behind each answer, and an error is known before that. */
  async untilStatus(): Promise<void> {
    if (!this.#isStatusKnown && this.lostBy === undefined) await this.ask('').catch(() => undefined);
  }

  /** The connection is not to be used any more: it is destroyed when it is released, and the server rolls back. */
  lose(error: unknown): void {
    this.#losses.note(this.client, error);
  }

  /** It goes back to the pool only if it is idle and whole; one that is still in a transaction would make its next user a part of it. */
  release(): void {
    this.client.release(this.#isSpoilt || this.lostBy !== undefined || this.client.getTransactionStatus() !== 'I');
  }

  #requireWhole(): void {
    const { lostBy } = this;
    if (lostBy !== undefined) throw lostBy;
  }

  #know(asked: Asked): void {
    this.#limit.end(asked);
    this.#isStatusKnown = true;
  }

  #judge(asked: Asked, error: unknown): void {
    this.#limit.end(asked);
    this.#isStatusKnown = false;
    if (isReadTimeout(error)) this.lose(error);
    this.#isSpoilt ||= isLostPreparation(error);
  }
}

/** After a time limit of the client the server may still be at work, while the connection looks as it did before. */
function isReadTimeout(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Query read timeout';
}
