import { partitionOf } from '@waybill/transport-rabbit';
import { connect } from 'amqplib';
import type { Channel, ConsumeMessage } from 'amqplib';
import { orderSchema } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import { partitions } from './contest.ts';

/** What a careful engineer writes by hand on amqplib: the queues of the transport, persistent messages, confirms, JSON and the schema. */
export interface RawQueues {
  /** Resolves with the broker's confirm. */
  readonly publish: (order: OrderMessage) => Promise<void>;
  /** Calls the handler as messages come and acknowledges each; no more than `prefetch` are under way in all. */
  readonly consume: (prefetch: number, handler: (order: OrderMessage) => Promise<void>) => Promise<void>;
  /** Deletes the queues. */
  readonly close: () => Promise<void>;
}

export interface RawQueuesOptions {
  readonly url: string;
  readonly name: string;
  /** Those of the transport by default, or one for one message at a time. */
  readonly count?: number;
  /** What is sent beside the body and the id; default nothing. */
  readonly headersOf?: (order: OrderMessage, published: number) => Readonly<Record<string, string | number>>;
}

export async function openRawQueues(options: RawQueuesOptions): Promise<RawQueues> {
  const { url, name, count = partitions, headersOf } = options;
  const model = await connect(url);
  const publishing = await model.createConfirmChannel();
  const consuming = await model.createChannel();
  const queues = Array.from({ length: count }, (_, partition) => `${name}:${partition}`);
  await publishing.assertExchange(name, 'direct', { durable: true });
  for (const [partition, queue] of queues.entries()) {
    const settings = { 'x-queue-type': 'quorum', 'x-single-active-consumer': true, 'x-delivery-limit': 1_000_000 };
    await publishing.assertQueue(queue, { durable: true, arguments: settings });
    await publishing.bindQueue(queue, name, String(partition));
  }
  let published = 0;

  return {
    publish: (order) => {
      published += 1;
      const content = Buffer.from(JSON.stringify(orderSchema.parse(order)));
      const routingKey = String(partitionOf(order.orderId, count, 0));
      const properties = {
        persistent: true,
        mandatory: true,
        messageId: `${name}-${published}`,
        ...(headersOf === undefined ? {} : { headers: headersOf(order, published) }),
      };
      return new Promise((resolve, reject) => {
        publishing.publish(name, routingKey, content, properties, (error: unknown) => {
          if (error === null || error === undefined) resolve();
          else reject(new Error('The broker did not confirm.', { cause: error }));
        });
      });
    },
    consume: async (prefetch, handler) => {
      await consuming.prefetch(Math.max(1, Math.floor(prefetch / count)));
      for (const queue of queues) await consuming.consume(queue, (message) => void handle(consuming, message, handler));
    },
    close: async () => {
      await consuming.close();
      for (const queue of queues) await publishing.deleteQueue(queue);
      await publishing.deleteExchange(name);
      await model.close();
    },
  };
}

async function handle(
  channel: Channel,
  message: ConsumeMessage | null,
  handler: (order: OrderMessage) => Promise<void>,
): Promise<void> {
  if (message === null) return;
  await handler(orderSchema.parse(JSON.parse(message.content.toString())));
  channel.ack(message);
}
