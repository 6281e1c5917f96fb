import type { Pool, PoolClient } from 'pg';

/** A connection of a pool for as long as somebody works with it. */
export interface CheckedOut {
  readonly client: PoolClient;
  /** Why the connection is lost, as soon as that is known. */
  readonly lostBy: () => Error | undefined;
  /** Destroys it at the end, whatever it says of itself: the server may still be at work on it. */
  readonly discard: () => void;
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
  let isDiscarded = false;
  const discard = (): void => {
    isDiscarded = true;
  };
  // Without a listener the loss of a connection that nobody awaits at the moment would end the process.
  const onError = (error: Error): void => {
    lost ??= error;
  };
  client.on('error', onError);
  try {
    return await work({ client, lostBy: () => lost, discard });
  } finally {
    client.off('error', onError);
    client.release(isDiscarded || lost !== undefined || client.getTransactionStatus() !== 'I');
  }
}
