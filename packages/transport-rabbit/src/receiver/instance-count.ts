import type { Channel } from 'amqplib';
import type { ManagedConnection } from '../connection/managed-connection.ts';

/** How many receivers a subscription has, this one among them. */
export interface InstanceCount {
  /** Joins where that is not done, or was undone with a connection. Rejects when the broker cannot be asked; ask again later. */
  readonly ask: () => Promise<number>;
  /** Ends the own part in it. Idempotent; never rejects. */
  readonly leave: () => Promise<void>;
}

export interface InstanceCountOptions {
  /** The connection for topology, which carries no deliveries that an error could cost. */
  readonly connection: Pick<ManagedConnection, 'openChannel'>;
  /** Ends with its last consumer, and nothing is ever routed to it. */
  readonly queue: string;
}

/**
 * Every receiver consumes one empty queue, whose consumers are counted: a quorum queue with a single active consumer says 1, however many
 * wait behind that one (3.10.8).
 */
export function createInstanceCount({ connection, queue }: InstanceCountOptions): InstanceCount {
  let joining: Promise<Channel> | undefined;

  const declare = (channel: Channel) => channel.assertQueue(queue, { durable: true, autoDelete: true });

  const join = async (): Promise<Channel> => {
    const channel = await connection.openChannel('plain');
    await declare(channel);
    await channel.consume(queue, () => undefined, { noAck: true });
    return channel;
  };

  return {
    ask: async () => {
      // One at a time, because two would count twice.
      const mine = (joining ??= join());
      try {
        return (await declare(await mine)).consumerCount;
      } catch (error) {
        if (joining === mine) joining = undefined;
        throw error;
      }
    },
    leave: async () => {
      try {
        await (await joining)?.close();
      } catch {
        // Its connection was gone, and its part with it.
      }
    },
  };
}
