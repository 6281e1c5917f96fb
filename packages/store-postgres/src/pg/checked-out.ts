import type { ClientBase, Pool, PoolClient, QueryResult } from 'pg';
import { isLostPreparation, isOwn } from './pg-statement.ts';
import type { AnyStatement, OwnStatement } from './pg-statement.ts';
import { sendTogether } from './send-together.ts';
import type { SentTogether } from './send-together.ts';

/** Connections that are not to be used any more, and why. */
const lost = new WeakMap<ClientBase, Error>();

/** Has a pool note the loss of its connections, which would otherwise end the process. */
export function noteLosses(pool: Pool): void {
  // One that lies idle.
  pool.on('error', () => undefined);
  // One that is lost at work, or in the same moment in which it is made, before anybody who asked for it has it.
  pool.on('connect', (client) => client.on('error', (error) => markLost(client, error)));
}

const markLost = (client: ClientBase, error: Error): void => {
  if (!lost.has(client)) lost.set(client, error);
};

/**
 * A connection of a pool for as long as somebody works with it. Every statement goes through here, so that nobody gets a connection on which one
 * is still running, or would fail for ever.
 */
export class CheckedOut {
  readonly client: PoolClient;
  #isStatusKnown = true;
  #isSpoilt = false;

  constructor(client: PoolClient) {
    this.client = client;
  }

  /** Why the connection is lost, as soon as that is known. */
  get lostBy(): Error | undefined {
    return lost.get(this.client);
  }

  async ask(statement: AnyStatement, values?: unknown[]): Promise<QueryResult> {
    this.#requireWhole();
    try {
      const answer = await (isOwn(statement)
        ? sendTogether(this.client, [], statement).answer
        : this.client.query(statement, values));
      this.#isStatusKnown = true;
      return answer;
    } catch (error) {
      this.#judge(error);
      throw error;
    }
  }

  /** The same for a statement with some before it. */
  askTogether(before: readonly OwnStatement[], statement: AnyStatement, values?: unknown[]): SentTogether {
    this.#requireWhole();
    const sent = sendTogether(this.client, before, statement, values);
    sent.answer.then(this.#known, this.#judge);
    return sent;
  }

  /** The server says how a transaction stands behind each answer, and an error is known before that. */
  async untilStatus(): Promise<void> {
    if (!this.#isStatusKnown && this.lostBy === undefined) await this.ask('').catch(() => undefined);
  }

  /** The connection is not to be used any more: it is destroyed when it is released, and the server rolls back. */
  lose(error: unknown): void {
    const reason =
      error instanceof Error ? error : new Error('A connection is not to be used any more.', { cause: error });
    markLost(this.client, reason);
  }

  /** It goes back to the pool only if it is idle and whole; one that is still in a transaction would make its next user a part of it. */
  release(): void {
    this.client.release(this.#isSpoilt || this.lostBy !== undefined || this.client.getTransactionStatus() !== 'I');
  }

  #requireWhole(): void {
    const { lostBy } = this;
    if (lostBy !== undefined) throw lostBy;
  }

  readonly #known = (): void => {
    this.#isStatusKnown = true;
  };

  readonly #judge = (error: unknown): void => {
    this.#isStatusKnown = false;
    if (isReadTimeout(error)) this.lose(error);
    this.#isSpoilt ||= isLostPreparation(error);
  };
}

/** Lends a connection to `work`. */
export async function withConnection<Result>(
  pool: Pool,
  work: (connection: CheckedOut) => Promise<Result>,
): Promise<Result> {
  const connection = new CheckedOut(await pool.connect());
  try {
    return await work(connection);
  } finally {
    connection.release();
  }
}

/** After a time limit of the client the server may still be at work, while the connection looks as it did before. */
function isReadTimeout(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Query read timeout';
}
