import { setTimeout as sleep } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import { compressionsAlgorithmsByBitmask } from '@platformatic/kafka';
import { findBroker } from '@waybill/conformance/brokers';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openKafkaClient } from '../client/open-kafka-client.ts';
import { batchOf, untilItWorks } from '../client/testing/client-stage.ts';
import { errorCodeOf } from '../error-code-of.ts';
import { readOptions } from '../options.ts';
import type { KafkaCompression } from '../options.ts';
import { accept, bodiesOf, numbered, openReceiverStage, receiveSome, until } from './testing/receiver-stage.ts';
import type { ReceiverStage, StageReceiver } from './testing/receiver-stage.ts';

const broker = await findBroker('kafka', 'batches that cannot be decoded');

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));

afterAll(() => broker?.stop());

const timeout = 120_000;

const { CompressionCodecs, CompressionTypes } = kafkajs;
const zstdOfKafkajs = CompressionCodecs[CompressionTypes.ZSTD];
const zstd = compressionsAlgorithmsByBitmask[CompressionTypes.ZSTD];

/** How each client comes to know zstd, and to know it no more: kafkajs begins without, the other with it. */
const clients = [
  {
    client: 'kafkajs',
    says: 'ZSTD compression not implemented',
    take: () => undefined,
    give: () => {
      CompressionCodecs[CompressionTypes.ZSTD] = () => ({
        compress: ({ buffer }: { readonly buffer: Buffer }) => Promise.resolve(buffer),
        decompress: (buffer: Buffer) => Promise.resolve(zstdDecompressSync(buffer)),
      });
    },
  },
  {
    client: 'platformatic',
    says: 'Unsupported compression algorithm with bitmask 4',
    take: () => Reflect.deleteProperty(compressionsAlgorithmsByBitmask, CompressionTypes.ZSTD),
    give: () => Reflect.set(compressionsAlgorithmsByBitmask, CompressionTypes.ZSTD, zstd),
  },
] as const;

afterEach(() => {
  CompressionCodecs[CompressionTypes.ZSTD] = zstdOfKafkajs;
  Reflect.set(compressionsAlgorithmsByBitmask, CompressionTypes.ZSTD, zstd);
});

const stageOf = async (partitions: number): Promise<ReceiverStage> => {
  const stage = await openReceiverStage(broker?.address ?? '', partitions);
  onTestFinished(() => stage.close());
  return stage;
};

/** One batch from a stranger: the second client knows every codec, and kafkajs gzip alone. */
const publishFrom = async (
  { topic }: ReceiverStage,
  compression: KafkaCompression,
  partition: number,
  bodies: readonly string[],
): Promise<void> => {
  const brokers = [new URL(broker?.address ?? '').host];
  const client = await openKafkaClient(readOptions({ brokers, client: 'platformatic', compression }));
  const producer = await untilItWorks(client.openProducer);
  await untilItWorks(() => producer.send(batchOf(topic, partition, bodies)));
  await client.close();
};

/** Handles until `count` are done, and answers with them. */
const handleAll = async (
  members: readonly StageReceiver[],
  count: number,
  errors: unknown[],
): Promise<readonly string[]> => {
  const handled: string[] = [];
  const work = members.map(async ({ receiver }) => {
    while (handled.length < count) {
      const deliveries = await receiveSome(receiver, 1, { limitMs: 500, errors });
      await accept(receiver, deliveries);
      handled.push(...bodiesOf(deliveries));
    }
  });
  await Promise.all(work);
  return handled;
};

const sorted = (texts: readonly string[]): readonly string[] => texts.toSorted((a, b) => a.localeCompare(b));

test(
  'a batch in a codec that is not there ends a naive consumer of kafkajs for good, whatever else it reads, and nothing says so but an event',
  { timeout },
  async () => {
    const stage = await stageOf(2);
    await publishFrom(stage, 'snappy', 0, ['squeezed']);
    const consumer = stage.kafka.consumer({ groupId: stage.groupId, maxWaitTimeInMs: 100 });
    onTestFinished(() => consumer.disconnect());
    const crashes: boolean[] = [];
    const handled: string[] = [];
    consumer.on(consumer.events.CRASH, ({ payload }) => crashes.push(payload.restart));
    await consumer.connect();
    await consumer.subscribe({ topic: stage.topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        handled.push(String(message.value));
      },
    });
    // A coordinator that is still loading is another crash, which kafkajs comes back from.
    await until(() => crashes.includes(false));
    await stage.publish(1, 'a', numbered(5));
    await sleep(3000);
    expect([crashes.at(-1), handled]).toEqual([false, []]);
  },
);

describe.each(clients)('over $client', ({ client, says, take, give }) => {
  const open = (stage: ReceiverStage): Promise<StageReceiver> => stage.open({ fetchWaitMs: 100, client });

  test(
    'it stops its partition and no other: the group stays as it is, and whoever runs it is told the codec again and again',
    { timeout },
    async () => {
      const stage = await stageOf(4);
      await publishFrom(stage, 'none', 1, ['before-1', 'before-2']);
      await publishFrom(stage, 'gzip', 1, ['before-3']);
      await publishFrom(stage, 'zstd', 1, ['squeezed-1', 'squeezed-2']);
      await stage.publish(1, 'a', ['behind']);
      // Before anybody fetches: what a member has in hand it has decoded.
      take();
      const members = [await open(stage), await open(stage)];
      await until(() => members.every(({ receiver }) => receiver.holdings().length === 2));
      for (const partition of [0, 2, 3]) await stage.publish(partition, 'a', numbered(50, `p${partition}-`));
      const errors: unknown[] = [];
      const others = [0, 2, 3].flatMap((partition) => numbered(50, `p${partition}-`));
      const handled = await handleAll(members, 153, errors);
      expect(sorted(handled)).toEqual(sorted([...others, 'before-1', 'before-2', 'before-3']));
      const more = members.map(({ receiver }) => receiveSome(receiver, 1, { limitMs: 5000, errors }));
      expect((await Promise.all(more)).flat()).toEqual([]);
      expect(errors.length).toBeGreaterThanOrEqual(3);
      expect(errors.length).toBeLessThan(10);
      const place = /^KafkaTransportError: The batch at offset 3 of partition 1 /u;
      for (const error of errors) {
        expect(error).toMatchObject({ reason: 'codec-missing', message: expect.stringContaining(says) as string });
        expect(String(error)).toMatch(place);
        expect(errorCodeOf(error)).toBe('unsupported');
      }
      // Both members have been in the group all the while, each with what it had.
      expect(members.flatMap(({ lost }) => lost)).toEqual([]);
      expect(members.map(({ receiver }) => receiver.holdings().length)).toEqual([2, 2]);
      await until(async () => (await stage.admin.committedOf(stage.groupId, stage.topic)).get(1) === 3);
    },
  );

  test('with the codec there the partition goes on by itself, in its order', { timeout }, async () => {
    const stage = await stageOf(1);
    await publishFrom(stage, 'zstd', 0, ['squeezed-1', 'squeezed-2']);
    await stage.publish(0, 'a', ['behind']);
    take();
    const { receiver } = await open(stage);
    const errors: unknown[] = [];
    expect(await receiveSome(receiver, 1, { limitMs: 3000, errors })).toEqual([]);
    expect(errors.length).toBeGreaterThan(0);
    give();
    const received = await receiveSome(receiver, 3, { errors });
    expect(bodiesOf(received)).toEqual(['squeezed-1', 'squeezed-2', 'behind']);
  });

  test('the age of what waits is told without it', { timeout }, async () => {
    const stage = await stageOf(2);
    await publishFrom(stage, 'zstd', 0, ['squeezed']);
    await publishFrom(stage, 'none', 1, ['plain']);
    take();
    const own = await openKafkaClient(readOptions({ brokers: [new URL(broker?.address ?? '').host], client }));
    onTestFinished(() => own.close());
    const found = await own.admin.timestampsAt(
      stage.topic,
      new Map([
        [0, 0],
        [1, 0],
      ]),
    );
    expect([...found.keys()]).toEqual([1]);
  });
});
