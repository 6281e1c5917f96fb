import type { Foreign, ForeignMessage } from '@waybill/conformance';
import type { ConsumeMessage } from 'amqplib';
import type { RawClient } from './raw-client.ts';
import { exchangeNameOf, queuesOf } from './topology.ts';

/** A program with the plain library: it publishes into the first partition, and reads properties and bytes as they are. */
export function createForeign(client: RawClient): Foreign {
  return {
    publish: async (address, { headers, body }) =>
      client.use(async (channel) => {
        channel.publish(exchangeNameOf(address), '0', Buffer.from(body), { headers: { ...headers }, persistent: true });
        await channel.waitForConfirms();
      }),
    consume: async (subscription) =>
      client.use(async (channel) => {
        await channel.prefetch(1);
        for (const queue of queuesOf(subscription)) {
          const { messageCount } = await channel.checkQueue(queue);
          if (messageCount === 0) continue;
          // A queue with a single active consumer refuses basic.get.
          const { promise, resolve } = Promise.withResolvers<ConsumeMessage | null>();
          await channel.consume(queue, resolve);
          const message = await promise;
          if (message === null) continue;
          channel.ack(message);
          return toForeign(message);
        }
        return undefined;
      }),
  };
}

function toForeign({ content, properties }: ConsumeMessage): ForeignMessage {
  const table: Readonly<Record<string, unknown>> = properties.headers ?? {};
  const headers = Object.entries(table).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
  return { headers: Object.fromEntries(headers) as Record<string, string>, body: content };
}
