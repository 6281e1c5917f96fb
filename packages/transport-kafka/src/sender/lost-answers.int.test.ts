import { randomUUID } from 'node:crypto';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { findBroker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import type { Proxy, ToxicHandle } from '@waybill/conformance/proxy';
import type { TransportSender } from '@waybill/core/driver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kafkaTransport } from '../kafka-transport.ts';
import { createNames } from '../names.ts';
import type { KafkaTransportOptions } from '../options.ts';
import { openNaiveProducer, openPlainProducer, sendNaively } from '../testing/naive-producer.ts';
import { readTopic } from '../testing/read-topic.ts';
import type { FoundRecord } from '../testing/read-topic.ts';
import { saturate } from '../testing/saturate.ts';
import { tallyOf } from '../testing/tally.ts';

const broker = await findBroker('kafka', 'lost answers of Produce');
const command = { kind: 'command', channel: 'orders' } as const;
const partitions = 4;
const records = 24_576;

describe.skipIf(broker === undefined)('every fifth answer of Produce is lost at saturation', () => {
  const { hostname, port } = new URL(broker?.address ?? 'kafka://127.0.0.1:1');
  let proxy: Proxy;
  let losses: ToxicHandle;

  beforeAll(async () => {
    proxy = await startProxy({ target: { host: hostname, port: Number(port) }, protocol: 'kafka' });
    let answers = 0;
    losses = proxy.addToxic({
      kind: 'cut',
      deliver: false,
      at: ({ kind }) => kind === 'kafka.produceResponse' && (answers += 1) % 5 === 0,
    });
  });
  afterAll(async () => {
    await proxy.close();
    await broker?.stop();
  });

  interface Stage {
    readonly topic: string;
    readonly sender: TransportSender;
    readonly found: () => Promise<readonly FoundRecord[]>;
    readonly close: () => Promise<void>;
  }

  const openStage = async (options: Partial<KafkaTransportOptions> = {}): Promise<Stage> => {
    const namePrefix = `lost-${randomUUID().slice(0, 8)}`;
    const transport = kafkaTransport({ brokers: [`127.0.0.1:${proxy.port}`], namePrefix, partitions, ...options });
    await transport.ensureTopology({ channels: [command], subscriptions: [] });
    const topic = createNames(namePrefix).topicOf(command);
    return {
      topic,
      sender: await transport.openSender(command),
      found: () => readTopic([`${hostname}:${port}`], topic),
      close: transport.close,
    };
  };

  test.each(['kafkajs', 'platformatic'] as const)(
    'over %s nothing is lost, nothing is there twice and nothing is out of order',
    async (client) => {
      const { sender, found, close } = await openStage({ client });
      const before = losses.hits;
      const { confirmed, failed } = await saturate(sender, { callers: 8, batch: 16, keysEach: 8, records });
      await close();
      expect(losses.hits - before).toBeGreaterThan(20);
      expect(failed).toBe(0);
      const log = await found();
      expect(tallyOf(confirmed, log)).toEqual({ lost: 0, duplicated: 0, reordered: 0 });
      expect(log).toHaveLength(records);
    },
    120_000,
  );

  test('with compressed batches neither', async () => {
    const { sender, found, close } = await openStage({ compression: 'gzip' });
    const { confirmed, failed } = await saturate(sender, { callers: 16, batch: 32, keysEach: 8, records: 8192 });
    await close();
    expect(failed).toBe(0);
    expect(tallyOf(confirmed, await found())).toEqual({ lost: 0, duplicated: 0, reordered: 0 });
  }, 120_000);

  test('the naive way loses what it has confirmed: several sends of the idempotent kafkajs pending to one partition', async () => {
    const { topic, found, close } = await openStage();
    const producer = await openNaiveProducer([`127.0.0.1:${proxy.port}`]);
    const load = { topic, callers: 16, batch: 16, records, partitions: 'own', partitionCount: partitions } as const;
    const confirmed = await sendNaively(producer, load);
    await producer.disconnect();
    await close();
    const { lost } = tallyOf(confirmed, await found());
    console.log(`  naive: ${lost} of ${confirmed.length} confirmed records were lost`);
    expect(lost).toBeGreaterThan(0);
  }, 120_000);

  /** All that waits goes out in one send, and the next one does not wait for its answer. */
  const coalesced = { callers: 16, batch: 16, records: 8192, partitions: 'own', partitionCount: partitions } as const;

  test('the fast way, many sends under way and none of them idempotent, doubles and reorders', async () => {
    const { topic, found, close } = await openStage();
    const producer = await openPlainProducer([`127.0.0.1:${proxy.port}`]);
    const confirmed = await sendNaively(producer, { topic, ...coalesced });
    await producer.disconnect();
    await close();
    const { duplicated, reordered } = tallyOf(confirmed, await found());
    console.log(`  kafkajs: of ${confirmed.length} confirmed, ${duplicated} twice and ${reordered} out of order`);
    expect(duplicated).toBeGreaterThan(0);
    expect(reordered).toBeGreaterThan(0);
  }, 120_000);

  test('the default producer of platformatic doubles and reorders', async () => {
    const { topic, found, close } = await openStage();
    const producer = new Producer({
      clientId: 'naive',
      bootstrapBrokers: [`127.0.0.1:${proxy.port}`],
      serializers: stringSerializers,
      retryDelay: 20,
    });
    const send = ({
      messages,
    }: {
      readonly messages: readonly { readonly value: string; readonly partition: number }[];
    }) => producer.send({ messages: messages.map((message) => ({ topic, ...message })) });
    const confirmed = await sendNaively({ send }, { topic, ...coalesced });
    await producer.close();
    await close();
    const tally = tallyOf(confirmed, await found());
    console.log(`  platformatic: of ${confirmed.length} confirmed`, tally);
    expect(tally.duplicated).toBeGreaterThan(0);
    expect(tally.reordered).toBeGreaterThan(0);
  }, 120_000);
});
