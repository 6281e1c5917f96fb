import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import type { Proxy } from '@waybill/conformance/proxy';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { batchOf, openClientStage, recordOf, untilItWorks } from './testing/client-stage.ts';
import type { ClientChoice, ClientStage } from './testing/client-stage.ts';
import { openRecordingMember, until } from './testing/recording-member.ts';

const broker = await findBroker('kafka', 'the clients below the transport', {
  configuration: {
    'group.consumer.min.session.timeout.ms': '1000',
    'group.consumer.session.timeout.ms': '3000',
    'group.consumer.min.heartbeat.interval.ms': '200',
    'group.consumer.heartbeat.interval.ms': '500',
  },
});

afterAll(() => broker?.stop());

const clients: readonly (readonly [string, ClientChoice])[] = [
  ['kafkajs', { client: 'kafkajs' }],
  ['platformatic, eager', { client: 'platformatic', groupProtocol: 'eager' }],
  ['platformatic, cooperative', { client: 'platformatic', groupProtocol: 'cooperative' }],
  ['platformatic, shared out by the broker', { client: 'platformatic', groupProtocol: 'consumer' }],
];

const texts = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${name}${i}`);

describe.runIf(broker).each(clients)('%s', { timeout: 60_000 }, (_name, choice) => {
  const { address } = broker as Broker;
  let stage: ClientStage;
  let proxy: Proxy;

  beforeEach(async () => {
    const { hostname, port } = new URL(address);
    proxy = await startProxy({ target: { host: hostname, port: Number(port) }, protocol: 'kafka' });
    stage = await openClientStage(address, choice, 4);
  });

  afterEach(async () => {
    await stage.close();
    await proxy.close();
  });

  test('a record comes as it was sent', async () => {
    const producer = await stage.client.openProducer();
    const sent = { ...recordOf('body'), key: null, headers: { trace: 'äß' }, timestampMs: 1_700_000_000_123 };
    await untilItWorks(() => producer.send({ ...batchOf(stage.topic, 2, []), records: [sent] }));
    const reader = await openRecordingMember(stage.client, stage);
    await until('the record', () => reader.records.length === 1);
    const [record] = reader.records;
    expect(record).toMatchObject({ partition: 2, offset: 0, key: null, text: 'body', timestampMs: 1_700_000_000_123 });
    expect(record?.headers.map(([name, value]) => [name, Buffer.from(value ?? []).toString()])).toEqual([
      ['trace', 'äß'],
    ]);
  });

  test('a batch whose answer was lost is there once when it is sent again, and the next one behind it', async () => {
    const client = await stage.connect({}, proxy.port);
    const producer = await client.openProducer();
    await untilItWorks(() => producer.send(batchOf(stage.topic, 0, ['first'])));
    proxy.addToxic({ kind: 'cut', at: 'kafka.produceResponse', deliver: false, times: 1 });
    const lost = batchOf(stage.topic, 0, ['second', 'third']);
    await expect(producer.send(lost)).rejects.toBeInstanceOf(Error);
    await untilItWorks(() => producer.send(lost));
    await producer.send(batchOf(stage.topic, 0, ['fourth', 'fifth']));
    const reader = await openRecordingMember(stage.client, stage);
    await until('all', () => reader.records.some(({ text }) => text === 'fifth'));
    expect(reader.records.map(({ text }) => text)).toEqual(['first', 'second', 'third', 'fourth', 'fifth']);
  });

  test('a batch that nobody waits for any more is not sent', async () => {
    const producer = await stage.client.openProducer();
    await expect(producer.send({ ...batchOf(stage.topic, 0, ['late']), begin: () => false })).rejects.toBeInstanceOf(
      Error,
    );
    expect((await stage.client.admin.endsOf(stage.topic)).get(0)).toEqual({ low: 0, high: 0 });
  });

  test('what the broker refuses has a code', async () => {
    const producer = await stage.client.openProducer();
    await untilItWorks(() => producer.send(batchOf(stage.topic, 0, ['small'])));
    const tooLarge = producer.send(batchOf(stage.topic, 0, ['x'.repeat(2_000_000)]));
    expect(errorCodeOf(await tooLarge.catch((error: unknown) => error))).toBe('message-too-large');
    await producer.send(batchOf(stage.topic, 0, ['also small']));
    const nowhere = producer.send(batchOf(`${stage.topic}.missing`, 0, ['x']));
    expect(errorCodeOf(await nowhere.catch((error: unknown) => error))).toBe('not-found');
  });

  test('a session that is closed ends what is under way in it', async () => {
    const client = await stage.connect({}, proxy.port);
    const producer = await client.openProducer();
    await untilItWorks(() => producer.send(batchOf(stage.topic, 0, ['first'])));
    proxy.addToxic({ kind: 'black-hole' });
    const stuck = producer.send(batchOf(stage.topic, 0, ['stuck'])).catch((error: unknown) => error);
    await sleep(100);
    await producer.close();
    expect(await stuck).toBeInstanceOf(Error);
  });

  test('a pause stops one partition, and a resume lets it go on where it was', async () => {
    const reader = await openRecordingMember(stage.client, stage);
    await until('the share', () => reader.partitions().length === 4);
    await stage.publish(0, ['a']);
    await until('the first', () => reader.records.length === 1);
    reader.member.pause([0]);
    await stage.publish(0, ['b', 'c']);
    await stage.publish(1, ['d']);
    await until('the other partition', () => reader.records.some(({ text }) => text === 'd'));
    await sleep(500);
    expect(reader.records.filter(({ partition }) => partition === 0).map(({ text }) => text)).toEqual(['a']);
    reader.member.resume([0]);
    await until('the rest', () => reader.records.length === 4);
    expect(reader.records.filter(({ partition }) => partition === 0).map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  });

  test('partitions are shared between members, and what a member keeps comes to it once', async () => {
    const first = await openRecordingMember(stage.client, stage);
    await until('the whole', () => first.partitions().length === 4);
    for (let partition = 0; partition < 4; partition += 1) await stage.publish(partition, texts(`${partition}.`, 20));
    await until('all records', () => first.records.length === 80);
    const second = await openRecordingMember(await stage.connect(), stage);
    await until('halves', () => first.partitions().length === 2 && second.partitions().length === 2);
    expect(new Set([...first.partitions(), ...second.partitions()])).toEqual(new Set([0, 1, 2, 3]));
    expect(first.rebalances()).toBeGreaterThan(0);
    // Nothing was committed: the second begins at the start of what it was given, the first goes on.
    await until('what moved', () => second.records.length === 40);
    await sleep(300);
    expect(first.records.length).toBe(80);
  });

  test('what is committed is where the next member begins, and a member that closes is out of its group', async () => {
    const { admin } = stage.client;
    await stage.publish(3, texts('', 10));
    const first = await openRecordingMember(stage.client, stage);
    await until('all', () => first.records.length === 10);
    await first.member.commit(new Map([[3, 6]]));
    expect(await admin.committedOf(stage.groupId, stage.topic)).toEqual(new Map([[3, 6]]));
    expect(await admin.membersOf(stage.groupId)).toBe(1);
    await first.member.close();
    expect(await admin.membersOf(stage.groupId)).toBe(0);
    const second = await openRecordingMember(stage.client, stage);
    await until('the rest', () => second.records.length === 4);
    expect(second.records.map(({ text }) => text)).toEqual(['6', '7', '8', '9']);
  });

  test('a member that was cut off is refused its commit, and comes back', async () => {
    await stage.publish(0, texts('', 5));
    const zombie = await openRecordingMember(await stage.connect({}, proxy.port), stage);
    await until('all', () => zombie.records.length === 5);
    const hole = proxy.addToxic({ kind: 'black-hole' });
    const other = await openRecordingMember(stage.client, stage);
    // One of kafkajs commits nothing before it has read something.
    await until('the successor', () => other.partitions().length === 4 && other.records.length === 5);
    await other.member.commit(new Map([[0, 3]]));
    hole.remove();
    const refused = await zombie.member.commit(new Map([[0, 5]])).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Error);
    // As another one: its old place is gone.
    await until('its share', () => zombie.partitions().length > 0 && zombie.assignments.length > 1);
    const committed = await stage.client.admin.committedOf(stage.groupId, stage.topic);
    expect(committed).toEqual(new Map([[0, 3]]));
  });

  test('a member that has lost its connections loses no record', async () => {
    const reader = await openRecordingMember(await stage.connect({}, proxy.port), stage);
    await until('the share', () => reader.partitions().length === 4);
    await stage.publish(0, ['a']);
    await until('the first', () => reader.records.length === 1);
    await proxy.cutAll();
    await stage.publish(0, ['b']);
    await until('the second', () => reader.records.some(({ text }) => text === 'b'));
    expect(reader.records.filter(({ text }) => text === 'b').length).toBe(1);
  });

  test('a member hears of its heartbeats while it has nothing to read', async () => {
    const reader = await openRecordingMember(stage.client, stage);
    await until('the share', () => reader.partitions().length === 4);
    reader.member.pause([0, 1, 2, 3]);
    const before = reader.heartbeats();
    await until('heartbeats', () => reader.heartbeats() >= before + 5);
    expect(reader.downs).toEqual([]);
  });

  test('a member notices partitions that were added, and misses nothing that came to them before', async () => {
    const reader = await openRecordingMember(stage.client, stage);
    await until('the share', () => reader.partitions().length === 4);
    await stage.client.admin.addPartitions(stage.topic, 6);
    // At once: only with the third way of the second client may it know of them by then.
    await stage.publish(5, ['early']);
    await until('the new ones', () => reader.partitions().length === 6, 40_000);
    await until('a record of them', () => reader.records.some(({ text }) => text === 'early'));
    expect(reader.downs).toEqual([]);
    // Where it joins anew, what it has done is committed before.
    expect(reader.rebalances() > 0 || choice.groupProtocol === 'consumer').toBe(true);
  });
});
