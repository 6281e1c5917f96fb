import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBroker, findKafkaClasspath } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { accept, bodiesOf, numbered, openReceiverStage, receiveSome } from './testing/receiver-stage.ts';
import type { ReceiverStage } from './testing/receiver-stage.ts';

/** K6 of the facts: a share group gives single messages back, and pays with their order, and after its limit with the message. */
const broker = await findBroker('kafka', 'messages of a key that are given back');
const jars = await findKafkaClasspath('a share group of Kafka');
const program = join(import.meta.dirname, 'testing/ShareGroup.java');
const run = promisify(execFile);

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));
afterAll(() => broker?.stop());

/** One key, of which the first message cannot be handled. */
const openStage = async (): Promise<ReceiverStage> => {
  const stage = await openReceiverStage(broker?.address ?? '', 1);
  onTestFinished(() => stage.close());
  await stage.publish(0, 'key', ['poison']);
  await stage.publish(0, 'key', numbered(5));
  return stage;
};

test('K6: a share group handles later messages of the key first, and drops the one after five deliveries', async ({
  skip,
}) => {
  const stage = await openStage();
  const { host } = new URL(broker?.address ?? '');
  const words = ['-cp', join(jars ?? '', '*'), program, host, stage.topic, `${stage.groupId}.share`];
  const { stdout } = await run('java', words).catch((error: unknown) => {
    skip(String(error).includes('compiler'), 'This Java has no compiler.');
    throw error;
  });
  const deliveries = stdout.trim().split('\n');
  const poisoned = deliveries.filter((line) => line.startsWith('poison'));
  expect(poisoned).toEqual([1, 2, 3, 4, 5].map((count) => `poison ${count}`));
  expect(deliveries.indexOf('m5 1')).toBeLessThan(deliveries.lastIndexOf('poison 5'));
}, 60_000);

test('K6: here the key waits for its first message, as often as it is given back, and nothing is dropped', async () => {
  const stage = await openStage();
  const { receiver } = await stage.open();
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    const [first] = await receiveSome(receiver, 1);
    expect(first && [bodiesOf([first]), first.attempt]).toEqual([['poison'], attempt]);
    if (first) await receiver.settleBatch([{ receipt: first.receipt, action: 'release', delayMs: 0 }]);
  }
  const all = await receiveSome(receiver, 6);
  expect(bodiesOf(all)).toEqual(['poison', ...numbered(5)]);
  await accept(receiver, all);
}, 60_000);
