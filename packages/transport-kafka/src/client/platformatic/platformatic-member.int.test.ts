import { Consumer } from '@platformatic/kafka';
import { findBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openClientStage } from '../testing/client-stage.ts';
import type { ClientStage } from '../testing/client-stage.ts';
import { openRecordingMember, until } from '../testing/recording-member.ts';

const broker = await findBroker('kafka', 'what only the second client can');

afterAll(() => broker?.stop());

describe.runIf(broker)('a member of platformatic', { timeout: 120_000 }, () => {
  const { address } = broker as Broker;
  let stage: ClientStage;

  beforeEach(async () => {
    stage = await openClientStage(address, { client: 'platformatic', groupProtocol: 'cooperative' }, 4);
  });

  afterEach(() => stage.close());

  test('shares a group with one of kafkajs, so that a group changes its client member by member', async () => {
    const old = await openRecordingMember(await stage.connect({ client: 'kafkajs', groupProtocol: 'eager' }), stage);
    await until('the whole', () => old.partitions().length === 4);
    const fresh = await openRecordingMember(stage.client, stage);
    await until('halves', () => old.partitions().length === 2 && fresh.partitions().length === 2);
    expect(new Set([...old.partitions(), ...fresh.partitions()]).size).toBe(4);
    await old.member.close();
    await until('all', () => fresh.partitions().length === 4);
    await stage.publish(0, ['a']);
    await until('a record', () => fresh.records.length === 1);
    expect(fresh.downs).toEqual([]);
  });

  test('with a name of its own is waited for, and nothing moves while it starts anew', async () => {
    const open = (instanceId: string) => openRecordingMember(stage.client, { ...stage, instanceId });
    const first = await open('one');
    const second = await open('two');
    await until('halves', () => first.partitions().length === 2 && second.partitions().length === 2);
    const before = second.assignments.length;
    await first.member.close();
    const again = await open('one');
    await until('its half', () => again.partitions().length === 2);
    expect(again.partitions()).toEqual(first.partitions());
    expect(second.assignments.length).toBe(before);
  });

  test('whose name another one takes is out of its group', async () => {
    const open = (instanceId: string) => openRecordingMember(stage.client, { ...stage, instanceId });
    const first = await open('one');
    await until('the share', () => first.partitions().length === 4);
    const second = await open('one');
    await until('the same share', () => second.partitions().length === 4);
    await until('the end of the first', () => first.downs.length > 0);
    const late = await first.member.commit(new Map([[0, 1]])).catch((error: unknown) => error);
    expect(late).toMatchObject({ reason: 'fenced' });
  });

  test('in a cooperative group goes on with what it keeps, without a gap and without a repetition', async () => {
    const first = await openRecordingMember(stage.client, stage);
    await until('the whole', () => first.partitions().length === 4);
    let sent = 0;
    const send = async (): Promise<void> => {
      for (const partition of [0, 1, 2, 3]) await stage.publish(partition, [String(sent)]);
      sent += 1;
    };
    for (let round = 0; round < 10; round += 1) await send();
    const second = await openRecordingMember(await stage.connect(), stage);
    while (second.partitions().length < 2) await send();
    const kept = first.partitions();
    const numbers = (partition: number): string[] =>
      first.records.filter((record) => record.partition === partition).map(({ text }) => text);
    await until('all of what stayed', () => kept.every((partition) => numbers(partition).length >= sent));
    for (const partition of kept) {
      expect(numbers(partition)).toEqual(Array.from({ length: sent }, (_, index) => String(index)));
    }
  });

  test('does not hand out what a transaction has taken back', async () => {
    const kafka = new kafkajs.Kafka({ brokers: [new URL(address).host], logLevel: kafkajs.logLevel.NOTHING });
    const producer = kafka.producer({ transactionalId: stage.topic, maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    const write = async (value: string, end: 'commit' | 'abort'): Promise<void> => {
      const transaction = await producer.transaction();
      await transaction.send({ topic: stage.topic, messages: [{ value, partition: 0 }] });
      await transaction[end]();
    };
    await write('kept', 'commit');
    await write('taken back', 'abort');
    await write('kept as well', 'commit');
    await producer.disconnect();
    const reader = await openRecordingMember(stage.client, stage);
    await until('both', () => reader.records.length >= 2);
    expect(reader.records.map(({ text }) => text)).toEqual(['kept', 'kept as well']);
  });

  test('outlives its broker, where the stream of the library is destroyed', async () => {
    const naive = new Consumer({
      clientId: 'naive',
      groupId: `${stage.groupId}.naive`,
      bootstrapBrokers: [new URL(address).host],
    });
    const stream = await naive.consume({ topics: [stage.topic], mode: 'earliest', maxWaitTime: 100 });
    const troubles: Error[] = [];
    stream.on('error', (error) => troubles.push(error));
    stream.resume();
    const reader = await openRecordingMember(stage.client, stage);
    await stage.publish(0, ['before']);
    await until('the first', () => reader.records.length === 1);
    await reader.member.commit(new Map([[0, 1]]));
    await (broker as Broker).kill9();
    await (broker as Broker).restart();
    await stage.publish(0, ['after']);
    await until('the second', () => reader.records.length > 1, 60_000);
    expect(reader.records.map(({ text }) => text)).toEqual(['before', 'after']);
    expect(troubles).toHaveLength(1);
    expect(stream.destroyed).toBe(true);
    await naive.close(true);
  });
});
