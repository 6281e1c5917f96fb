import type { Pool, PoolClient, QueryResult } from 'pg';
import { isLostPreparation, isOwn } from './pg-statement.ts';
import type { AnyStatement, OwnStatement } from './pg-statement.ts';
import { sendTogether } from './send-together.ts';
import type { SentTogether } from './send-together.ts';

/** A connection of a pool for as long as somebody works with it. */
export interface CheckedOut {
  readonly client: PoolClient;
  /** Every statement goes through here, so that nobody gets a connection on which one is still running, or would fail for ever. */
  readonly ask: (statement: AnyStatement, values?: unknown[]) => Promise<QueryResult>;
  /** The same for a statement with some before it. */
  readonly askTogether: (before: readonly OwnStatement[], statement: AnyStatement, values?: unknown[]) => SentTogether;
  /** The server says how a transaction stands behind each answer, and an error is known before that. */
  readonly untilStatus: () => Promise<void>;
  /** The connection is not to be used any more: it is destroyed when it is released, and the server rolls back. */
  readonly lose: (error: unknown) => void;
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
  let isStatusKnown = true;
  const judge = (error: unknown): void => {
    isStatusKnown = false;
    if (isReadTimeout(error)) lost ??= error;
    isSpoilt ||= isLostPreparation(error);
  };
  const ask: CheckedOut['ask'] = async (statement, values) => {
    if (lost !== undefined) throw lost;
    try {
      const answer = await (isOwn(statement)
        ? sendTogether(client, [], statement).answer
        : client.query(statement, values));
      isStatusKnown = true;
      return answer;
    } catch (error) {
      judge(error);
      throw error;
    }
  };
  const askTogether: CheckedOut['askTogether'] = (before, statement, values) => {
    if (lost !== undefined) throw lost;
    const sent = sendTogether(client, before, statement, values);
    sent.answer.then(() => {
      isStatusKnown = true;
    }, judge);
    return sent;
  };
  const untilStatus = async (): Promise<void> => {
    if (!isStatusKnown && lost === undefined) await ask('').catch(() => undefined);
  };
  const lose = (error: unknown): void => {
    lost ??= error instanceof Error ? error : new Error('A connection is not to be used any more.', { cause: error });
  };
  try {
    return await work({ client, ask, askTogether, untilStatus, lose, lostBy: () => lost });
  } finally {
    client.off('error', onError);
    client.release(isSpoilt || lost !== undefined || client.getTransactionStatus() !== 'I');
  }
}

/** After a time limit of the client the server may still be at work, while the connection looks as it did before. */
function isReadTimeout(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Query read timeout';
}
