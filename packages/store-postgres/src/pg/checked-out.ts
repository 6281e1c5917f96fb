import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import { sendFirstQuery } from './first-query.ts';
import { isLostPreparation } from './pg-statement.ts';

/** A connection of a pool for as long as somebody works with it. */
export interface CheckedOut {
  readonly client: PoolClient;
  /** Every statement goes through here, so that nobody gets a connection on which one is still running, or would fail for ever. */
  readonly ask: (statement: string | QueryConfig<unknown[]>, values?: unknown[]) => Promise<QueryResult>;
  /** The first statement of a transaction, with what begins it. Where that fails, the connection is lost with it. */
  readonly askFirst: (
    begin: readonly string[],
    statement: string | QueryConfig<unknown[]>,
    values?: unknown[],
  ) => Promise<QueryResult>;
  /** Why the connection is lost, as soon as that is known. */
  readonly lostBy: () => Error | undefined;
}

/**
 * Lends a connection to `work`. It goes back to the pool only if it is idle and whole; one that is still in a transaction would make its
 * next user a part of it.
 */
export async function withConnection<Result>(
  pool: Pool,
  work: (connection: CheckedOut) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let lost: Error | undefined;
  let isSpoilt = false;
  const onError = (error: Error): void => {
    lost ??= error;
  };
  client.on('error', onError);
  const judge = (error: unknown): void => {
    if (isReadTimeout(error)) lost ??= error;
    isSpoilt ||= isLostPreparation(error);
  };
  const ask: CheckedOut['ask'] = async (statement, values) => {
    if (lost !== undefined) throw lost;
    try {
      return await client.query(statement, values);
    } catch (error) {
      judge(error);
      throw error;
    }
  };
  const askFirst: CheckedOut['askFirst'] = async (begin, statement, values) => {
    const { answer, hasBegun } = sendFirstQuery(client, begin, statement, values);
    try {
      return await answer;
    } catch (error) {
      judge(error);
      if (!hasBegun())
        lost ??= error instanceof Error ? error : new Error('A transaction was not begun.', { cause: error });
      throw error;
    }
  };
  try {
    return await work({ client, ask, askFirst, lostBy: () => lost });
  } finally {
    client.off('error', onError);
    client.release(isSpoilt || lost !== undefined || client.getTransactionStatus() !== 'I');
  }
}

/** After a time limit of the client the server may still be at work, while the connection looks as it did before. */
function isReadTimeout(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Query read timeout';
}
