import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { jumpsOf, repeatsOf, settledCount } from '@waybill/conformance/recording';
import type { TransportDriver, TransportMessage } from '@waybill/core/driver';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createKafka } from '../client/kafkajs/create-kafka.ts';
import { createKafkajsAdmin } from '../client/kafkajs/kafkajs-admin.ts';
import { errorCodeOf } from '../error-code-of.ts';
import { createNames } from '../names.ts';
import { readOptions } from '../options.ts';
import { openTransportStage } from '../testing/transport-stage.ts';
import type { TransportStage } from '../testing/transport-stage.ts';
import { raisePartitions } from './raise-partitions.ts';

const broker = await findBroker('kafka', 'more partitions on Kafka');

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));
afterAll(() => broker?.stop());

const keys = Array.from({ length: 24 }, (_, index) => `key-${index}`);

interface Business {
  /** Opens a publisher, which takes from the outbox until it is stopped; resolves when it has ended. */
  readonly relayTo: (transport: TransportDriver) => Promise<() => Promise<void>>;
  readonly stop: () => Promise<void>;
  /** How many messages there are by now, sent or not. */
  readonly written: () => number;
}

/** Writes one message of each key into an outbox all the time, whether anybody relays it or not. */
const startBusiness = ({ address }: TransportStage): Business => {
  const outbox: TransportMessage[][] = [];
  const stopped = new AbortController();
  let rounds = 0;

  const write = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      rounds += 1;
      const body = Buffer.from(String(rounds));
      outbox.push(
        keys.map((key) => ({ id: `${key}-${rounds}`, key, deduplicationKey: '', headers: {}, body, delayMs: 0 })),
      );
      await sleep(20);
    }
  };
  const writing = write();

  return {
    written: () => rounds * keys.length,
    stop: async () => {
      stopped.abort();
      await writing;
    },
    relayTo: async (transport) => {
      const sender = await transport.openSender(address);
      const ended = new AbortController();
      const relay = async (): Promise<void> => {
        while (!ended.signal.aborted || (stopped.signal.aborted && outbox.length > 0)) {
          const outcomes = await sender.sendBatch(outbox[0] ?? []);
          if (outcomes.every(({ status }) => status === 'confirmed')) outbox.shift();
          if (outbox.length === 0) await sleep(5);
        }
      };
      const relaying = relay();
      return async () => {
        ended.abort();
        await relaying;
        await sender.close();
      };
    },
  };
};

const stageOf = async (): Promise<TransportStage> => {
  const stage = await openTransportStage(broker?.address ?? '', { partitions: 2 });
  onTestFinished(() => stage.close());
  return stage;
};

const untilSettled = async (stage: TransportStage, count: () => number): Promise<void> => {
  const untilMs = performance.now() + 30_000;
  while (settledCount(stage.log) < count() && performance.now() < untilMs) await sleep(20);
};

/** The next message of each key. */
const nextOfEach = (last: number): readonly TransportMessage[] =>
  keys.map((key) => ({
    id: `${key}-${last + 1}`,
    key,
    deduplicationKey: '',
    headers: {},
    body: Buffer.from(String(last + 1)),
    delayMs: 0,
  }));

test(
  'the procedure for more partitions keeps the order of every key while the business goes on',
  {
    timeout: 90_000,
  },
  async () => {
    const stage = await stageOf();
    const business = startBusiness(stage);
    const before = stage.connect();
    const endOldRelay = await business.relayTo(before);
    await sleep(1000);
    const oldConsumer = await stage.consume({ workMs: 2 });

    // #region procedure
    await endOldRelay();
    await raisePartitions(stage.options, { channel: stage.address, partitions: 5 });
    const after = stage.connect({ partitions: 5 });
    const endRelay = await business.relayTo(after);
    // #endregion

    const settledBetween = settledCount(stage.log);
    await sleep(1000);
    const newConsumer = await stage.consume({ workMs: 2, transport: { partitions: 5 } });
    await sleep(1000);
    await business.stop();
    await endRelay();
    await untilSettled(stage, business.written);
    await Promise.all([oldConsumer.stop(), newConsumer.stop()]);
    expect(settledBetween).toBeGreaterThan(keys.length);
    expect(settledCount(stage.log)).toBe(business.written());
    expect(settledCount(stage.log)).toBeGreaterThan(settledBetween);
    expect(jumpsOf(stage.log)).toEqual([]);
    // The second consumer's coming moves partitions, and what was in flight there is repeated.
    expect(repeatsOf(stage.log).length).toBeLessThanOrEqual(keys.length);
    const late = await before.openSender(stage.address).catch((error: unknown) => error);
    expect(errorCodeOf(late)).toBe('topology-conflict');
  },
);

test(
  'without the procedure a key overtakes its own backlog from another partition: so the number is compared, and the test above can fail',
  {
    timeout: 60_000,
  },
  async () => {
    const stage = await stageOf();
    await stage.publish(keys, 200);
    const settings = readOptions(stage.options);
    const admin = createKafkajsAdmin(createKafka(settings, {}), settings);
    await admin.addPartitions(createNames(settings.namePrefix).topicOf(stage.address), 5);
    await admin.close();
    const sender = await stage.connect({ partitions: 5 }).openSender(stage.address);
    await sender.sendBatch(nextOfEach(200));
    const consumer = await stage.consume({ workMs: 1, transport: { partitions: 5, partitionBytesMax: 4096 } });
    await untilSettled(stage, () => keys.length * 201);
    await consumer.stop();
    expect(jumpsOf(stage.log).length).toBeGreaterThan(0);
  },
);

test('nothing is changed while a group is behind, and no key is told apart from its backlog', async () => {
  const stage = await stageOf();
  await stage.publish(keys, 1);
  const raising = raisePartitions(stage.options, { channel: stage.address, partitions: 5, patienceMs: 500 });
  await expect(raising).rejects.toMatchObject({ reason: 'not-drained' });
  await stage.connect().openSender(stage.address);
});

test('a publisher that goes on meanwhile is noticed', { timeout: 30_000 }, async () => {
  const stage = await stageOf();
  const consumer = await stage.consume();
  const business = startBusiness(stage);
  const endRelay = await business.relayTo(stage.connect());
  const raising = raisePartitions(stage.options, { channel: stage.address, partitions: 5 });
  await expect(raising).rejects.toMatchObject({ reason: 'not-drained' });
  await business.stop();
  await endRelay();
  await consumer.stop();
});

test('as many partitions as there are, or fewer, are refused', async () => {
  const stage = await stageOf();
  const raising = raisePartitions(stage.options, { channel: stage.address, partitions: 2 });
  await expect(raising).rejects.toMatchObject({ reason: 'partitions-drift' });
});
