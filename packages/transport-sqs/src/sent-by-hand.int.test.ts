import { GetQueueUrlCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { MessageAttributeValue, SQSClient } from '@aws-sdk/client-sqs';
import { createBus, defineCommand, memoryStore } from '@waybill/core';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { createClients } from './aws/create-clients.ts';
import { sqsTransport } from './sqs-transport.ts';
import { until } from './testing/payment-stage.ts';
import { startEmulator } from './testing/start-emulator.ts';

/** What somebody sends from the console of AWS, among messages of a bus. On fauxqs. */
vi.setConfig({ testTimeout: 30_000 });

const server = await startEmulator();
const clients = createClients({ ...server.options, connectTimeoutMs: 1000 });
afterAll(async () => {
  clients.destroy();
  await server.stop();
});

const PayOrder = defineCommand({
  name: 'pay-order',
  version: 1,
  schema: z.object({ order: z.string() }),
  orderingKey: ({ order }) => order,
});

const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
const ten = Object.fromEntries(Array.from({ length: 10 }, (_, place) => [`attribute-${place}`, text('x')]));

/** Each with the name of what is wrong with it. None has an id, or one that is read, and two have one body. */
const strangers: Readonly<Record<string, { readonly body: string; readonly attributes?: typeof ten }>> = {
  'no envelope': { body: 'hello' },
  'the right JSON, and nobody says whose': { body: '{"order":"o-1"}' },
  'the same once more, with an attribute': { body: '{"order":"o-1"}', attributes: { note: text('again') } },
  'ten attributes': { body: '{"order":"o-2"}', attributes: ten },
  'an identity that is no JSON': { body: '{"a":1}', attributes: { waybill: text('{"id":') } },
  'an identity without an id': { body: '{"a":2}', attributes: { waybill: text('{"headers":{}}') } },
  'an identity with headers that are no texts': {
    body: '{"a":3}',
    attributes: { waybill: text('{"id":"x","headers":{"a":1}}') },
  },
  'an identity in bytes': {
    body: '{"a":4}',
    attributes: { waybill: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 255) } },
  },
  'bytes that are said to be base64, and are not': { body: '%%%', attributes: { 'waybill-encoding': text('base64') } },
};

async function sendByHand(sqs: SQSClient, QueueUrl: string, isFifo: boolean): Promise<void> {
  const entries = Object.entries(strangers).map(([name, { body, attributes = {} }], place) => ({
    Id: String(place),
    MessageBody: body,
    MessageAttributes: attributes,
    // In the group of an order that the bus works on.
    ...(isFifo ? { MessageGroupId: 'o-1', MessageDeduplicationId: `by hand: ${name}`.replaceAll(' ', '-') } : {}),
  }));
  const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries }));
  expect(Failed).toEqual([]);
}

test.each(['fifo', 'standard'] as const)(
  'on %s queues each is a dead letter as it came, and those before and behind it are handled',
  async (queueType) => {
    const namePrefix = `hand-${queueType}-`;
    const done: string[] = [];
    const bus = createBus({
      transport: sqsTransport({ ...server.options, namePrefix, queueType }),
      store: memoryStore(),
    });
    onTestFinished(() => bus.stop());
    bus.handle(PayOrder, ({ order }) => void done.push(order), { order: 'none', durability: 'volatile' });
    await bus.start();
    const QueueName = `${namePrefix}pay-order${queueType === 'fifo' ? '.fifo' : ''}`;
    const { QueueUrl = '' } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName }));
    await bus.send(PayOrder, { order: 'o-1' });
    await sendByHand(clients.sqs, QueueUrl, queueType === 'fifo');
    await bus.send(PayOrder, { order: 'o-1' });
    await bus.send(PayOrder, { order: 'o-2' });
    const count = Object.keys(strangers).length;
    await until(async () => (await bus.deadLetters.list()).letters.length === count && done.length === 3);
    expect(done.toSorted()).toEqual(['o-1', 'o-1', 'o-2']);
    const { letters } = await bus.deadLetters.list();
    expect(new Set(letters.map(({ reason }) => reason))).toEqual(new Set(['envelope-invalid']));
    const bodies = letters.map(({ body }) => Buffer.from(body).toString()).toSorted();
    expect(bodies).toEqual(
      Object.values(strangers)
        .map(({ body }) => body)
        .toSorted(),
    );
    expect(new Set(letters.map(({ origin }) => origin)).size).toBe(count);
    const withTen = letters.find(({ headers }) => headers['attribute-9'] !== undefined);
    expect(Object.keys(withTen?.headers ?? {}).filter((name) => name.startsWith('attribute-'))).toHaveLength(10);
    await until(async () =>
      (await bus.health()).subscriptions.every(({ ready, running }) => ready === 0 && running === 0),
    );
  },
);
