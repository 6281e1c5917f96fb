import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';

/**
 * The same as `zombie-child.ts` by kafkajs alone: a feeder with a buffer of its own, which it empties when it hears that the group has been shared
 * anew. Prints `handled <body>`.
 */
const [brokers = '', topic = '', groupId = ''] = process.argv.slice(2);
const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
const consumer = kafka.consumer({ groupId, sessionTimeout: 3000, heartbeatInterval: 500, maxWaitTimeInMs: 100 });
const buffer: string[] = [];
consumer.on(consumer.events.GROUP_JOIN, () => buffer.splice(0));
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    buffer.push(...batch.messages.map(({ value }) => String(value)));
  },
});
for (;;) {
  const body = buffer.shift();
  if (body !== undefined) process.stdout.write(`handled ${body}\n`);
  await sleep(20);
}
