import { CreateQueueCommand, SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { MessageAttributeValue, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { findBroker } from '@waybill/conformance/brokers';
import type { TransportMessage } from '@waybill/core/driver';
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { sqsTransport } from './sqs-transport.ts';
import { openPaymentStage } from './testing/payment-stage.ts';
import { within } from './testing/within.ts';

/** What SQS refuses of a plain send, and what this transport makes of the same message. ElasticMQ checks these limits as SQS does. */
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const broker = await findBroker('elasticmq', 'the limits of SQS');
beforeEach(({ skip }) => skip(broker === undefined, 'ElasticMQ cannot be had here.'));
afterAll(() => broker?.stop());

const address = { kind: 'command', channel: 'orders', group: 'workers' } as const;
const message: TransportMessage = {
  id: 'm',
  key: 'k',
  deduplicationKey: 'm',
  headers: {},
  body: Buffer.from('{}'),
  delayMs: 0,
};

async function open(attributeHeaders: readonly string[] = []) {
  const stage = openPaymentStage({ endpoint: broker?.address ?? '' });
  const transport = stage.transport({ attributeHeaders, messageBytesMax: 1_048_576 });
  onTestFinished(() => stage.close());
  await transport.ensureTopology({ channels: [address], subscriptions: [{ ...address, leaseMs: 30_000 }] });
  const sender = await transport.openSender(address);
  const receiver = await transport.openReceiver(address, {
    leaseMs: 30_000,
    unsettledMax: 20,
    onLost: () => undefined,
  });
  const { url } = await stage.queue();
  /** The name of the error, or `taken`. */
  const plainly = (more: Partial<SendMessageCommandInput>): Promise<string> =>
    stage.sqs
      .send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: '{}',
          MessageGroupId: 'g',
          MessageDeduplicationId: 'd',
          ...more,
        }),
      )
      .then(() => 'taken', nameOf);
  return { stage, sender, receiver, url, plainly };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));
const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, place) => `header-${place}`);
const receiving = (): AbortSignal => within(10_000);

test('eleven attributes are refused; here any number of headers is one, and eight of their own leave room for both of the driver', async () => {
  const headersOf = (count: number) => Object.fromEntries(names(count).map((name) => [name, 'x']));
  const { plainly, sender, receiver } = await open(names(8));
  const eleven = Object.fromEntries(names(11).map((name) => [name, text('x')]));
  expect(await plainly({ MessageAttributes: eleven })).toMatch(/^Invalid/u);
  // Bytes, so that the second attribute of the driver is there too.
  const sent = { ...message, headers: headersOf(50), body: Uint8Array.of(0, 255) };
  expect(await sender.sendBatch([sent])).toEqual([{ status: 'confirmed' }]);
  const [delivery] = await receiver.receiveBatch(1, receiving());
  expect({ ...delivery?.message.headers }).toEqual(headersOf(50));
  expect([...(delivery?.message.body ?? [])]).toEqual([0, 255]);
});

test('without a message group FIFO refuses a message; here one without a key has its own', async () => {
  const { plainly, sender, receiver } = await open();
  expect(await plainly({ MessageGroupId: undefined })).toBe('MissingParameter');
  const sent = [
    { ...message, key: undefined },
    { ...message, id: 'n', deduplicationKey: 'n', key: undefined },
  ];
  expect(await sender.sendBatch(sent)).toEqual([{ status: 'confirmed' }, { status: 'confirmed' }]);
  const deliveries = [
    ...(await receiver.receiveBatch(2, receiving())),
    ...(await receiver.receiveBatch(1, within(1000))),
  ];
  expect(deliveries.map((delivery) => [delivery.message.id, delivery.message.key])).toEqual([
    ['m', undefined],
    ['n', undefined],
  ]);
});

test('a group that is too long, or has a blank, is refused; here it is hashed, and the key arrives', async () => {
  const { plainly, sender, receiver } = await open();
  for (const key of ['k'.repeat(129), 'order 1']) {
    expect(await plainly({ MessageGroupId: key })).toBe('InvalidParameterValue');
    expect(await sender.sendBatch([{ ...message, id: key, deduplicationKey: key, key }])).toEqual([
      { status: 'confirmed' },
    ]);
    const [delivery] = await receiver.receiveBatch(1, receiving());
    expect(delivery?.message.key).toBe(key);
  }
});

test('characters that XML has not are refused; here they arrive, in the body and in headers', async () => {
  const { plainly, sender, receiver } = await open();
  expect(await plainly({ MessageBody: 'a\u0001b' })).toMatch(/^Invalid/u);
  const sent = { ...message, headers: { note: 'a\u0001\uFFFE' }, body: Buffer.from('a\u0001\uFFFFb') };
  expect(await sender.sendBatch([sent])).toEqual([{ status: 'confirmed' }]);
  const [delivery] = await receiver.receiveBatch(1, receiving());
  expect([delivery?.message.headers['note'], Buffer.from(delivery?.message.body ?? []).toString()]).toEqual([
    'a\u0001\uFFFE',
    'a\u0001\uFFFFb',
  ]);
});

test('one entry that is too large takes its whole batch with it; here only itself', async () => {
  const { stage, url, sender, receiver } = await open();
  const entries = ['small', 'x'.repeat(1_048_577), 'small too'].map((MessageBody, place) => ({
    Id: String(place),
    MessageBody,
    MessageGroupId: 'g',
    MessageDeduplicationId: String(place),
  }));
  const batch = new SendMessageBatchCommand({ QueueUrl: url, Entries: entries });
  const { Successful = [] } = await stage.sqs.send(batch).catch(() => ({ Successful: undefined }));
  expect(Successful).toEqual([]);
  const outcomes = await sender.sendBatch([
    { ...message, id: 'a', key: 'a', deduplicationKey: 'a' },
    { ...message, id: 'b', key: 'b', deduplicationKey: 'b', body: new Uint8Array(1_048_577) },
    { ...message, id: 'c', key: 'c', deduplicationKey: 'c', body: Buffer.alloc(900_000, 'x') },
    { ...message, id: 'd', key: 'd', deduplicationKey: 'd', body: Buffer.alloc(900_000, 'x') },
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['confirmed', 'rejected', 'confirmed', 'confirmed']);
  const got: string[] = [];
  while (got.length < 3) {
    got.push(...(await receiver.receiveBatch(10, receiving())).map((delivery) => delivery.message.id));
  }
  expect(got.toSorted()).toEqual(['a', 'c', 'd']);
});

test('a FIFO queue whose name does not end in .fifo is refused; here every name does, whatever the channel is called', async () => {
  const { stage } = await open();
  const create = new CreateQueueCommand({ QueueName: 'plain', Attributes: { FifoQueue: 'true' } });
  expect(await stage.sqs.send(create).then(() => 'taken', nameOf)).toMatch(/^Invalid/u);
  const transport = stage.transport();
  for (const channel of ['orders.fifo', 'plain']) {
    const odd = { kind: 'command', channel, group: 'workers' } as const;
    await transport.ensureTopology({ channels: [odd], subscriptions: [{ ...odd, leaseMs: 30_000 }] });
    const sender = await transport.openSender(odd);
    expect(await sender.sendBatch([message])).toEqual([{ status: 'confirmed' }]);
  }
  // There a bare suffix could come from nowhere but the prefix.
  expect(() => sqsTransport({ region: 'us-east-1', namePrefix: 'shop.fifo' })).toThrow(/namePrefix must be/u);
});
