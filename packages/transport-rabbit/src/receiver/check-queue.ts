import type { ManagedConnection } from '../connection/managed-connection.ts';

/**
 * Rejects with the broker's 404 when the queue is missing. On a channel of its own, which that costs, of a connection without consumers,
 * which it would cost as well.
 */
export async function checkQueue(connection: Pick<ManagedConnection, 'openChannel'>, queue: string): Promise<void> {
  const channel = await connection.openChannel('plain');
  await channel.checkQueue(queue);
  await channel.close();
}
