import { findBroker } from '@waybill/conformance/brokers';
import type { TransportMessage } from '@waybill/core/driver';
import kafkajs from 'kafkajs';
import type { Kafka } from 'kafkajs';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openKafkajsProducer } from '../client/kafkajs/kafkajs-producer.ts';
import { readOptions } from '../options.ts';
import { openNaiveProducer } from '../testing/naive-producer.ts';
import { readTopic } from '../testing/read-topic.ts';
import { messageOf, openSenderStage, verdictsOf } from '../testing/sender-stage.ts';
import type { SenderStage, SenderStageOptions } from '../testing/sender-stage.ts';

const batchBytesMax = 20_000;
const broker = await findBroker('kafka', 'sending what Kafka does not take', {
  configuration: { 'message.max.bytes': String(batchBytesMax) },
  users: { alice: 'secret' },
});
const address = broker?.address ?? 'kafka://127.0.0.1:1';
const brokers = [new URL(address).host];

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));
afterAll(() => broker?.stop());

const stageOf = async (options: SenderStageOptions = {}): Promise<SenderStage> => {
  const stage = await openSenderStage(address, options);
  onTestFinished(() => stage.close());
  return stage;
};

const plain = (): Kafka => new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });

const asAdmin = async <Result>(work: (admin: ReturnType<Kafka['admin']>) => Promise<Result>): Promise<Result> => {
  const admin = plain().admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
};

const half = '\uD800';

test.each<readonly [string, Partial<TransportMessage>, string]>([
  ['a key that is too long', { key: 'k'.repeat(8193) }, 'illegal-key'],
  ['an empty key', { key: '' }, 'illegal-key'],
  ['a key with half a character', { key: half }, 'illegal-key'],
  ['an id with half a character', { id: half }, 'illegal-id'],
  ['a deduplication key with half a character', { deduplicationKey: half }, 'illegal-id'],
  ['a header name with half a character', { headers: { [half]: '' } }, 'illegal-header'],
  ['a header value with half a character', { headers: { a: half } }, 'illegal-header'],
  ['a delay', { delayMs: 1 }, 'illegal-delay'],
  ['a delay that is no number', { delayMs: NaN }, 'illegal-delay'],
  ['a body over the limit', { body: Buffer.alloc(15_001) }, 'message-too-large'],
  ['headers over the limit', { headers: { a: 'x'.repeat(15_000) } }, 'message-too-large'],
  ['headers over the limit in UTF-8 only', { headers: { a: '€'.repeat(5000) } }, 'message-too-large'],
])('%s is refused alone', async (_what, bad, reason) => {
  const { sender, ids } = await stageOf({ messageBytesMax: 15_000 });
  const outcomes = await sender.sendBatch([messageOf('a'), { ...messageOf('bad'), ...bad }, messageOf('b')]);
  expect(outcomes).toMatchObject([
    { status: 'confirmed' },
    { status: 'rejected', error: { reason } },
    { status: 'confirmed' },
  ]);
  expect(await ids()).toEqual(['a', 'b']);
});

test('a record that only the broker finds too large is refused alone, in the midst of many', async () => {
  const { sender, ids } = await stageOf();
  const many = Array.from({ length: 40 }, (_, at) => messageOf(`m${at}`, { body: Buffer.alloc(2000) }));
  const big = messageOf('big', { body: Buffer.alloc(batchBytesMax + 1) });
  const verdicts = verdictsOf(await sender.sendBatch([...many.slice(0, 20), big, ...many.slice(20)]));
  expect(verdicts.filter((verdict) => verdict !== 'confirmed')).toEqual(['rejected: message-too-large']);
  expect(verdicts[20]).toBe('rejected: message-too-large');
  expect(await ids()).toEqual(many.map(({ id }) => id));
});

test('what Kafka refuses for its timestamp is refused alone, and its key waits', async () => {
  const { sender, topic, ids } = await stageOf({
    clock: { now: () => 1, monotonic: () => performance.now(), after: (ms, task) => cancelable(setTimeout(task, ms)) },
  });
  await asAdmin((admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [{ name: 'message.timestamp.before.max.ms', value: '1000' }],
        },
      ],
    }),
  );
  const messages = [messageOf('a', { key: 'k' }), messageOf('b', { key: 'k' })];
  expect(verdictsOf(await sender.sendBatch(messages))).toEqual(['rejected: message-invalid', 'rejected: unavailable']);
  expect(await ids()).toEqual([]);
});

test('strange but legal headers, keys and ids come out as they went in', async () => {
  const { sender, topic } = await stageOf();
  const headers = { name: 'Käse 🧀', '': 'no name', 'x-wb-id': 'forged', ['ü'.repeat(100)]: 'y'.repeat(4000) };
  const message = messageOf('注文', { key: "'; DROP TABLE orders; --\n", headers, deduplicationKey: '𝄞' });
  expect(verdictsOf(await sender.sendBatch([message]))).toEqual(['confirmed']);
  const [found] = await readTopic(brokers, topic);
  expect(String(found?.message.key)).toBe(message.key);
  const texts = Object.entries(found?.message.headers ?? {}).map(([name, value]) => [name, String(value)]);
  expect(Object.fromEntries(texts)).toEqual({
    name: 'Käse 🧀',
    '': 'no name',
    'x-wb-header:x-wb-id': 'forged',
    ['ü'.repeat(100)]: 'y'.repeat(4000),
    'x-wb-id': '注文',
    'x-wb-deduplication-key': '𝄞',
  });
});

test('a topic that was deleted rejects all of the call, and costs no doubt', async () => {
  const { sender, topic } = await stageOf();
  await sender.sendBatch([messageOf('a')]);
  await asAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
  // The controller answers; the broker, which takes records until it has heard of it, hears of it a little later.
  await expect.poll(() => asAdmin((admin) => admin.listTopics())).not.toContain(topic);
  expect(verdictsOf(await sender.sendBatch([messageOf('b'), messageOf('c')]))).toEqual([
    'rejected: not-found',
    'rejected: not-found',
  ]);
});

test('a partition that is not there is an error, where kafkajs answers with success and sends nothing', async () => {
  const { topic } = await stageOf({ partitions: 2 });
  const naive = await openNaiveProducer(brokers);
  await expect(naive.send({ topic, messages: [{ value: 'lost', partition: 7 }] })).resolves.toEqual([]);
  await naive.disconnect();
  const producer = await openKafkajsProducer(readOptions({ brokers }));
  const record = { key: null, value: Buffer.from('kept'), headers: {}, timestampMs: Date.now() };
  const sent = producer.send({ topic, partition: 7, records: [record], begin: () => true });
  await expect(sent).rejects.toMatchObject({ reason: 'topic-missing' });
  await producer.close();
  expect(await readTopic(brokers, topic)).toEqual([]);
});

test('whoever may not write is told so for all of the call', async () => {
  const sasl = { mechanism: 'plain', credentials: { username: 'alice', password: 'secret' } } as const;
  const { sender, topic } = await stageOf({ sasl, through: new URL(broker?.sasl?.address ?? address).host });
  expect(verdictsOf(await sender.sendBatch([messageOf('a')]))).toEqual(['confirmed']);
  await asAdmin((admin) =>
    admin.createAcls({
      acl: [
        {
          resourceType: kafkajs.AclResourceTypes.TOPIC,
          resourceName: topic,
          resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
          principal: 'User:alice',
          host: '*',
          operation: kafkajs.AclOperationTypes.WRITE,
          permissionType: kafkajs.AclPermissionTypes.DENY,
        },
      ],
    }),
  );
  await expect
    .poll(async () => verdictsOf(await sender.sendBatch([messageOf('b'), messageOf('c')])), { timeout: 5000 })
    .toEqual(['rejected: unauthorized', 'rejected: unauthorized']);
});

test('a wrong password is a refusal, not a doubt', async () => {
  const { sender, transport } = await stageOf();
  await sender.close();
  const sasl = { mechanism: 'plain', credentials: { username: 'alice', password: 'wrong' } } as const;
  const through = new URL(broker?.sasl?.address ?? address).host;
  await expect(openKafkajsProducer(readOptions({ brokers: [through], sasl }))).rejects.toSatisfy(
    (error) => transport.codeOf(error) === 'unauthorized',
  );
});

test('a codec that is not there rejects what should have been compressed with it', async () => {
  const { sender } = await stageOf({ compression: 'zstd' });
  expect(verdictsOf(await sender.sendBatch([messageOf('a')]))).toEqual(['rejected: unsupported']);
});

test.for(['kafkajs', 'platformatic'] as const)(
  'a quota slows a publisher over %s down and loses it nothing',
  { timeout: 60_000 },
  async (library, { skip }) => {
    skip(broker?.control === undefined, 'No quota can be set on this broker.');
    const control = broker?.control ?? (() => Promise.reject(new Error('There is no control.')));
    const clientId = `slowed-${library}`;
    const { sender, ids } = await stageOf({ clientId, client: library });
    const client = ['--entity-type', 'clients', '--entity-name', clientId];
    await control('--alter', ...client, '--add-config', 'producer_byte_rate=20000');
    const startedMs = performance.now();
    const sent: string[] = [];
    for (let at = 0; at < 12; at += 1) {
      sent.push(...verdictsOf(await sender.sendBatch([messageOf(`m${at}`, { body: Buffer.alloc(10_000) })])));
    }
    await control('--alter', ...client, '--delete-config', 'producer_byte_rate');
    expect(new Set(sent)).toEqual(new Set(['confirmed']));
    expect(await ids()).toHaveLength(12);
    // 120 kB at 20 kB a second, of which the broker lets the first ones pass.
    expect(performance.now() - startedMs).toBeGreaterThan(1000);
  },
);

const cancelable = (handle: NodeJS.Timeout): { cancel: () => void } => ({ cancel: () => clearTimeout(handle) });
