import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { messageOf, openSenderStage, verdictsOf } from '../testing/sender-stage.ts';
import type { SenderStage, SenderStageOptions } from '../testing/sender-stage.ts';

const broker = await findBroker('kafka', 'publishes of which nobody hears');
const clients = ['kafkajs', 'platformatic'] as const;

beforeEach(({ skip }) => skip(broker === undefined || broker.startedBy === 'environment', 'No Kafka to be hurt here.'));
afterAll(() => broker?.stop());

const stageOf = async (options: SenderStageOptions): Promise<SenderStage> => {
  const stage = await openSenderStage(broker?.address ?? '', options);
  onTestFinished(() => stage.close());
  return stage;
};

test.each(clients)(
  'over %s a broker that is frozen leaves a publish in doubt; the next one goes through in a new session',
  async (client) => {
    const { sender, ids } = await stageOf({ client, publishTimeoutMs: 2000 });
    expect(verdictsOf(await sender.sendBatch([messageOf('a', { key: 'k' })]))).toEqual(['confirmed']);
    await broker?.pause();
    try {
      const messages = [messageOf('b', { key: 'k' }), messageOf('c', { key: 'k' })];
      expect(verdictsOf(await sender.sendBatch(messages))).toEqual(['unknown: timeout', 'unknown: timeout']);
    } finally {
      await broker?.resume();
    }
    const again = [messageOf('b', { key: 'k' }), messageOf('c', { key: 'k' }), messageOf('d', { key: 'k' })];
    expect(verdictsOf(await sender.sendBatch(again))).toEqual(['confirmed', 'confirmed', 'confirmed']);
    // Whether the doubtful ones arrived is in doubt; the first copy of each is in order, and the last ones are there.
    const found = await ids();
    expect([...new Set(found)]).toEqual(['a', 'b', 'c', 'd']);
  },
  60_000,
);

test.each(clients)(
  'over %s what could not be brought to a broker at all is rejected, and goes through when it is back',
  async (client) => {
    const { sender, ids } = await stageOf({ client, publishTimeoutMs: 1000 });
    await broker?.kill9();
    try {
      const [verdict] = verdictsOf(await sender.sendBatch([messageOf('a')]));
      expect(verdict).toMatch(/^rejected: (?:unavailable|timeout)$/u);
    } finally {
      await broker?.restart();
    }
    await expect
      .poll(async () => verdictsOf(await sender.sendBatch([messageOf('a')])), { timeout: 30_000 })
      .toEqual(['confirmed']);
    expect(await ids()).toEqual(['a']);
  },
  90_000,
);

test('a restart while batches are under way loses nothing and repeats nothing', async () => {
  const { sender, ids } = await stageOf({ publishTimeoutMs: 60_000 });
  const sent: string[] = [];
  const restarted = broker?.kill9().then(() => broker.restart());
  let isBack = false;
  void restarted?.then(() => {
    isBack = true;
  });
  for (let at = 0; !isBack; at += 1) {
    const id = `m${at}`;
    expect(verdictsOf(await sender.sendBatch([messageOf(id, { key: 'k' })]))).toEqual(['confirmed']);
    sent.push(id);
  }
  await restarted;
  expect(await ids()).toEqual(sent);
}, 90_000);
