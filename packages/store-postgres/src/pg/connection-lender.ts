import type { Pool } from 'pg';
import type { AnswerLimit } from './answer-limit.ts';
import { CheckedOut } from './checked-out.ts';
import { ConnectionLosses } from './connection-losses.ts';

/** Lends a connection to `work`. */
export type LendConnection = <Result>(work: (connection: CheckedOut) => Promise<Result>) => Promise<Result>;

/** Of this pool, whose connections are used through here alone. The loss of one would otherwise end the process. */
export function connectionLender(pool: Pool, limit: AnswerLimit): LendConnection {
  const losses = new ConnectionLosses();
  // One that lies idle.
  pool.on('error', () => undefined);
  // One that is lost at work, or in the same moment in which it is made, before anybody who asked for it has it.
  pool.on('connect', (client) => client.on('error', (error) => losses.note(client, error)));
  return async (work) => {
    const connection = new CheckedOut(await pool.connect(), losses, limit);
    try {
      return await work(connection);
    } finally {
      connection.release();
    }
  };
}
