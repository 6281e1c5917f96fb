import type { ManagedConnection } from '../connection/managed-connection.ts';

/**
 * Answers with the number of active consumers; rejects with the broker's 404 when the queue is missing. On a channel of its own, which that costs, of a connection without consumers,
 * which it would cost as well.
 */
export async function checkQueue(connection: Pick<ManagedConnection, 'openChannel'>, queue: string): Promise<number> {
  const channel = await connection.openChannel('plain');
  const { consumerCount } = await channel.checkQueue(queue);
  await channel.close();
  return consumerCount;
}
