import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { jumpsOf, repeatsOf, settledCount } from '@waybill/conformance/recording';
import type { RecordingConsumer } from '@waybill/conformance/recording';
import type { TransportDriver, TransportMessage } from '@waybill/core/driver';
import { connect } from 'amqplib';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { errorCodeOf } from './error-code-of.ts';
import { createNames } from './names.ts';
import { openTransportStage } from './testing/transport-stage.ts';
import type { TransportStage } from './testing/transport-stage.ts';

const broker = await findBroker('rabbitmq', 'another number of partitions on RabbitMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const url = broker?.address ?? '';
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
      const headers = {};
      const round = keys.map((key) => ({
        id: `${key}-${rounds}`,
        key,
        deduplicationKey: '',
        headers,
        body,
        delayMs: 0,
      }));
      outbox.push(round);
      await sleep(30);
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
        while (!ended.signal.aborted) {
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
  const stage = await openTransportStage(url, { partitions: 2 });
  onTestFinished(() => stage.close());
  return stage;
};

const readyIn = async (transport: TransportDriver, { address }: TransportStage): Promise<number> =>
  (await transport.inspect(address)).ready ?? NaN;

const untilEmpty = async (transport: TransportDriver, stage: TransportStage): Promise<void> => {
  const untilMs = performance.now() + 20_000;
  while ((await readyIn(transport, stage)) !== 0 && performance.now() < untilMs) await sleep(50);
};

const deleteMarker = async ({ namePrefix, address }: TransportStage): Promise<void> => {
  const model = await connect(url);
  const channel = await model.createChannel();
  await channel.deleteQueue(createNames(namePrefix).partitionsMarkerOf(address));
  await model.close();
};

/** Declares the queues, then consumes and publishes with the new number. */
const startAnew = async (stage: TransportStage, business: Business, partitions: number) => {
  const transport = stage.connect({ partitions });
  await transport.ensureTopology({ channels: [], subscriptions: [{ ...stage.address, leaseMs: 30_000 }] });
  const consumers = await startConsumers(stage, partitions);
  return { consumers, endRelay: await business.relayTo(transport) };
};

const startConsumers = (stage: TransportStage, partitions: number): Promise<readonly RecordingConsumer[]> =>
  Promise.all([1, 2].map(() => stage.consume({ workMs: 10, transport: { partitions } })));

const stopAll = async (consumers: readonly RecordingConsumer[]): Promise<void> => {
  await Promise.all(consumers.map((consumer) => consumer.stop()));
};

const untilSettled = async (stage: TransportStage, business: Business): Promise<void> => {
  const untilMs = performance.now() + 20_000;
  while (settledCount(stage.log) < business.written() && performance.now() < untilMs) await sleep(20);
};

test.each([
  ['more', 5],
  ['fewer', 1],
])(
  'the procedure for another number of partitions keeps the order of every key while the business goes on: %s',
  { timeout: 60_000 },
  async (_what, partitions) => {
    const stage = await stageOf();
    const before = stage.connect();
    const business = startBusiness(stage);
    const oldConsumers = await startConsumers(stage, 2);
    const endOldRelay = await business.relayTo(before);
    await sleep(1000);

    // #region procedure
    await endOldRelay();
    await untilEmpty(before, stage);
    await stopAll(oldConsumers);
    expect(await readyIn(before, stage)).toBe(0);
    await deleteMarker(stage);
    const { consumers, endRelay } = await startAnew(stage, business, partitions);
    // #endregion

    const settledBetween = settledCount(stage.log);
    await sleep(1000);
    await business.stop();
    await untilSettled(stage, business);
    await endRelay();
    await stopAll(consumers);
    expect(settledBetween).toBeGreaterThan(keys.length);
    expect(settledCount(stage.log)).toBe(business.written());
    expect(settledCount(stage.log)).toBeGreaterThan(settledBetween);
    expect(jumpsOf(stage.log)).toEqual([]);
    expect(repeatsOf(stage.log)).toEqual([]);
    const late = await before.openSender(stage.address).catch((error: unknown) => error);
    expect(errorCodeOf(late)).toBe('topology-conflict');
  },
);

test(
  'without the procedure a key overtakes its own backlog in another queue: so the number is stored, and the test above can fail',
  { timeout: 60_000 },
  async () => {
    const stage = await stageOf();
    const business = startBusiness(stage);
    const endOldRelay = await business.relayTo(stage.connect());
    await sleep(500);
    await endOldRelay();
    await deleteMarker(stage);
    const { consumers, endRelay } = await startAnew(stage, business, 5);
    await business.stop();
    await untilSettled(stage, business);
    await endRelay();
    await stopAll(consumers);
    expect(jumpsOf(stage.log).length).toBeGreaterThan(0);
  },
);
