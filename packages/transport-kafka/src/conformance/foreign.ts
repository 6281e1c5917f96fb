import type { Foreign, ForeignMessage } from '@waybill/conformance';
import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { RawClient } from './raw-client.ts';
import { groupNameOf, topicNameOf } from './topology.ts';

/** A program with the plain library: it publishes without a key, and reads headers and bytes as they are. */
export function createForeign(client: RawClient): Foreign {
  return {
    publish: async (address, { headers, body }) => {
      const message = { key: null, value: Buffer.from(body), headers: carriedOf(headers) };
      await client.produce((producer) => producer.send({ topic: topicNameOf(address), acks: -1, messages: [message] }));
    },
    consume: async (subscription) => {
      const topic = topicNameOf(subscription);
      const consumer = client.kafka.consumer({
        groupId: groupNameOf(subscription),
        sessionTimeout: 6000,
        maxWaitTimeInMs: 100,
      });
      await consumer.connect();
      await consumer.subscribe({ topic });
      const { promise, resolve } = Promise.withResolvers<KafkaMessage>();
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          consumer.pause([{ topic }]);
          const next = { topic, partition, offset: String(BigInt(message.offset) + 1n) };
          await consumer.commitOffsets([next]);
          resolve(message);
        },
      });
      const message = await promise;
      await consumer.disconnect();
      return toForeign(message);
    },
  };
}

/** What kafkajs takes as a header: texts and bytes. */
function carriedOf(headers: ForeignMessage['headers']): IHeaders {
  const carried: [string, string | Buffer][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') carried.push([name, value]);
    if (value instanceof Uint8Array) carried.push([name, Buffer.from(value)]);
  }
  return Object.fromEntries(carried);
}

function toForeign({ value, headers = {} }: KafkaMessage): ForeignMessage {
  const texts = Object.entries(headers).map(([name, header]) => [name, String(header)] as const);
  return { headers: Object.fromEntries(texts), body: value ?? new Uint8Array() };
}
