import { findBroker } from '@waybill/conformance/brokers';
import kafkajs from 'kafkajs';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openKafkaClient } from '../client/open-kafka-client.ts';
import { openRecordingMember, until as untilSo } from '../client/testing/recording-member.ts';
import { errorCodeOf } from '../error-code-of.ts';
import { createNames } from '../names.ts';
import { readOptions } from '../options.ts';
import { openTransportStage } from '../testing/transport-stage.ts';
import { raisePartitions } from '../topology/raise-partitions.ts';
import { accept, bodiesOf, numbered, openReceiverStage, receiveSome, until } from './testing/receiver-stage.ts';
import type { ReceiverStage } from './testing/receiver-stage.ts';

const broker = await findBroker('kafka', 'records that are deleted before they are read');

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));

afterAll(() => broker?.stop());

const timeout = 120_000;

const stageOf = async (partitions: number): Promise<ReceiverStage> => {
  const stage = await openReceiverStage(broker?.address ?? '', partitions);
  onTestFinished(() => stage.close());
  return stage;
};

/** As the retention does, but now. */
const deleteBefore = async (
  { kafka, topic }: Pick<ReceiverStage, 'kafka' | 'topic'>,
  offset: number,
): Promise<void> => {
  const admin = kafka.admin();
  await admin.connect();
  // Without it the administrator of kafkajs does not know the leader.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
  await admin.disconnect();
};

const committedLiterally = async ({ kafka, topic, groupId }: ReceiverStage): Promise<string | undefined> => {
  const admin = kafka.admin();
  await admin.connect();
  const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
  await admin.disconnect();
  return answer?.partitions[0]?.offset;
};

test(
  'kafkajs left to itself commits a number that is no offset, and the group has none from then on',
  { timeout },
  async () => {
    const stage = await stageOf(1);
    await stage.publish(0, 'a', numbered(10));
    await stage.admin.setCommitted(stage.groupId, stage.topic, new Map([[0, 2]]));
    await deleteBefore(stage, 10);
    const naive = stage.kafka.consumer({ groupId: stage.groupId, maxWaitTimeInMs: 100 });
    onTestFinished(() => naive.disconnect());
    await naive.connect();
    await naive.subscribe({ topic: stage.topic, fromBeginning: true });
    await naive.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
    await until(async () => (await committedLiterally(stage)) !== '2');
    expect(await committedLiterally(stage)).toBe('-2');
  },
);

describe.each(['kafkajs', 'platformatic'] as const)('%s', (client) => {
  test(
    'a group that the retention has overtaken goes on with the first record there is, says what is gone, and stays a group',
    { timeout },
    async () => {
      const stage = await stageOf(1);
      await stage.publish(0, 'a', numbered(10));
      await stage.admin.setCommitted(stage.groupId, stage.topic, new Map([[0, 2]]));
      await deleteBefore(stage, 6);
      for (const attempt of ['first', 'after a restart that came before anything was handled']) {
        const own = await openKafkaClient(readOptions({ brokers: [new URL(broker?.address ?? '').host], client }));
        const member = await openRecordingMember(own, stage);
        await untilSo(`records, ${attempt}`, () => member.records.length === 4);
        expect(member.records.map(({ text }) => text)).toEqual(['m7', 'm8', 'm9', 'm10']);
        expect(member.troubles.map(({ message }) => message)).toEqual([
          expect.stringMatching(/^Offsets 2 to 5 of partition 0 .* goes on at 6\.$/u),
        ]);
        expect(member.troubles.map(errorCodeOf)).toEqual(['not-found']);
        expect(member.downs).toEqual([]);
        await member.member.close();
        await own.close();
        expect(await committedLiterally(stage)).toBe('2');
      }
    },
  );

  test(
    'where all is gone the next record comes, and once it is handled the group stands behind it',
    { timeout },
    async () => {
      const stage = await stageOf(1);
      await stage.publish(0, 'a', numbered(10));
      await stage.admin.setCommitted(stage.groupId, stage.topic, new Map([[0, 2]]));
      await deleteBefore(stage, 10);
      const { receiver } = await stage.open({ fetchWaitMs: 100, client });
      const errors: unknown[] = [];
      expect(await receiveSome(receiver, 1, { limitMs: 3000, errors })).toEqual([]);
      expect(errors.map(String)).toEqual([expect.stringContaining('Offsets 2 to 9')]);
      await stage.publish(0, 'a', ['next']);
      const received = await receiveSome(receiver, 1, { errors });
      expect(bodiesOf(received)).toEqual(['next']);
      await accept(receiver, received);
      await until(async () => (await stage.committed()) === 11);
      expect(errors).toHaveLength(1);
    },
  );
});

test('a group is behind nothing that was deleted: partitions can be added', { timeout }, async () => {
  const stage = await openTransportStage(broker?.address ?? '', { partitions: 1 });
  onTestFinished(() => stage.close());
  await stage.publish(['a'], 5);
  const kafka = new kafkajs.Kafka({ brokers: [...stage.options.brokers], logLevel: kafkajs.logLevel.NOTHING });
  await deleteBefore({ kafka, topic: createNames(stage.options.namePrefix ?? '').topicOf(stage.address) }, 5);
  const { kind, channel } = stage.address;
  const raised = raisePartitions(stage.options, { channel: { kind, channel }, partitions: 2, patienceMs: 3000 });
  await expect(raised).resolves.toBeUndefined();
});

test(
  'an event group whose commit is −2, as kafkajs alone leaves it, is no new group: what waits for it is not skipped',
  { timeout },
  async () => {
    const stage = await openTransportStage(broker?.address ?? '', { partitions: 1 });
    onTestFinished(() => stage.close());
    const event = { kind: 'event', channel: 'paid', group: 'mail' } as const;
    const names = createNames(stage.options.namePrefix ?? '');
    const declare = (): Promise<void> =>
      stage.connect().ensureTopology({ channels: [], subscriptions: [{ ...event, leaseMs: 30_000 }] });
    await declare();
    const kafka = new kafkajs.Kafka({ brokers: [...stage.options.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const overtaken = { kafka, topic: names.topicOf(event) };
    const sender = await stage.connect().openSender(event);
    const send = (id: string) =>
      sender.sendBatch([{ id, key: 'k', deduplicationKey: id, headers: {}, body: Buffer.from(id), delayMs: 0 }]);
    for (const id of ['a', 'b', 'c']) await send(id);
    await deleteBefore(overtaken, 2);
    const naive = kafka.consumer({ groupId: names.groupOf(event), maxWaitTimeInMs: 100 });
    const admin = kafka.admin();
    await admin.connect();
    await naive.connect();
    await naive.subscribe({ topic: overtaken.topic, fromBeginning: true });
    await naive.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
    const committed = async (): Promise<string | undefined> =>
      (await admin.fetchOffsets({ groupId: names.groupOf(event), topics: [overtaken.topic] }))[0]?.partitions[0]
        ?.offset;
    await until(async () => (await committed()) === '-2');
    await naive.disconnect();
    await declare();
    expect(await committed()).toBe('-2');
    await admin.disconnect();
    const receiver = await stage
      .connect()
      .openReceiver(event, { leaseMs: 30_000, unsettledMax: 10, onLost: () => undefined, onRecall: () => undefined });
    onTestFinished(() => receiver.close());
    const [delivery] = await receiver.receiveBatch(10, new AbortController().signal);
    expect(delivery?.message.id).toBe('c');
  },
);
