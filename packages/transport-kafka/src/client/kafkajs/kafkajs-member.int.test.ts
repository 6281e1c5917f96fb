import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import kafkajs from 'kafkajs';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openClientStage } from '../testing/client-stage.ts';
import type { ClientStage } from '../testing/client-stage.ts';
import { openRecordingMember, until } from '../testing/recording-member.ts';

const broker = await findBroker('kafka', 'consumers that kafkajs gives up');

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));

afterAll(() => broker?.stop());

const timeout = 60_000;

const stageOf = async (): Promise<ClientStage> => {
  const stage = await openClientStage((broker as Broker).address, { client: 'kafkajs' }, 1);
  onTestFinished(() => stage.close());
  return stage;
};

/** What kafkajs takes for an error that trying again cannot cure. */
const fatal = (): Error => Object.assign(new Error('no use'), { retriable: false });

test(
  'kafkajs alone is dead for good after such an error: its run has resolved, and nothing comes any more',
  { timeout },
  async () => {
    const stage = await stageOf();
    const kafka = new kafkajs.Kafka({
      brokers: [new URL((broker as Broker).address).host],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const consumer = kafka.consumer({ groupId: stage.groupId, maxWaitTimeInMs: 100 });
    onTestFinished(() => consumer.disconnect());
    const restarts: boolean[] = [];
    const read: number[] = [];
    consumer.on(consumer.events.CRASH, ({ payload }) => restarts.push(payload.restart));
    await consumer.connect();
    await consumer.subscribe({ topic: stage.topic, fromBeginning: true });
    await consumer.run({
      eachBatch: async ({ batch }) => {
        read.push(batch.messages.length);
        if (read.length === 1) throw fatal();
      },
    });
    await stage.publish(0, ['one']);
    await until('the crash', () => restarts.includes(false));
    await stage.publish(0, ['two']);
    await sleep(3000);
    expect([restarts.at(-1), read]).toEqual([false, [1]]);
  },
);

test('a member comes back by itself, tells of it each time, and goes on where it was', { timeout }, async () => {
  const stage = await stageOf();
  let failures = 0;
  const reader = await openRecordingMember(stage.client, {
    ...stage,
    onRecords: () => {
      failures += 1;
      if (failures <= 2) throw fatal();
    },
  });
  await stage.publish(0, ['one', 'two']);
  await until('both', () => reader.records.length === 2);
  expect(reader.records.map(({ text }) => text)).toEqual(['one', 'two']);
  expect(reader.downs.map(String)).toEqual([expect.stringContaining('no use'), expect.stringContaining('no use')]);
});
