import { randomUUID } from 'node:crypto';
import { findBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batchOf, openClientStage, recordOf, untilItWorks } from './testing/client-stage.ts';
import type { ClientStage } from './testing/client-stage.ts';

const broker = await findBroker('kafka', 'the questions of both clients');

afterAll(() => broker?.stop());

const clients = ['kafkajs', 'platformatic'] as const;

describe.runIf(broker).each(clients)('%s', { timeout: 60_000 }, (client) => {
  let stage: ClientStage;

  beforeEach(async () => {
    stage = await openClientStage((broker as Broker).address, { client }, 3);
  });

  afterEach(() => stage.close());

  test('a topic is described as it was created, and a second creation changes nothing', async () => {
    const { admin } = stage.client;
    const topic = `described-${randomUUID().slice(0, 8)}`;
    const wanted = { topic, partitions: 5, replicas: 1, configuration: { 'retention.ms': '60000' } };
    await admin.createTopics([wanted]);
    await admin.createTopics([{ ...wanted, partitions: 7 }]);
    expect(await admin.describeTopics([topic, `${topic}-missing`])).toEqual([wanted]);
    expect(await admin.partitionsOf(topic)).toBe(5);
    expect(await admin.partitionsOf(`${topic}-missing`)).toBeUndefined();
    await admin.addPartitions(topic, 8);
    expect(await admin.partitionsOf(topic)).toBe(8);
  });

  test('offsets are found by the end and by the time', async () => {
    const { admin } = stage.client;
    const producer = await stage.client.openProducer();
    const records = [100, 200, 300].map((timestampMs) => ({ ...recordOf('x'), timestampMs: stamp + timestampMs }));
    await untilItWorks(() => producer.send({ ...batchOf(stage.topic, 1, []), records }));
    expect((await admin.endsOf(stage.topic)).get(1)).toEqual({ low: 0, high: 3 });
    expect((await admin.endsOf(stage.topic)).get(0)).toEqual({ low: 0, high: 0 });
    expect(await admin.offsetsAt(stage.topic, stamp + 150)).toEqual(
      new Map([
        [0, 0],
        [1, 1],
        [2, 0],
      ]),
    );
    expect((await admin.offsetsAt(stage.topic, stamp + 301)).get(1)).toBe(3);
    const asked = new Map([
      [0, 0],
      [1, 1],
    ]);
    expect(await admin.timestampsAt(stage.topic, asked)).toEqual(new Map([[1, stamp + 200]]));
    expect(await admin.timestampsAt(stage.topic, new Map([[1, 3]]))).toEqual(new Map());
  });

  test('a group without members takes the offsets that it is set to', async () => {
    const { admin } = stage.client;
    expect(await admin.committedOf(stage.groupId, stage.topic)).toEqual(new Map());
    await admin.setCommitted(stage.groupId, stage.topic, new Map([[2, 0]]));
    expect(await admin.committedOf(stage.groupId, stage.topic)).toEqual(new Map([[2, 0]]));
    expect(await admin.membersOf(stage.groupId)).toBe(0);
    expect(await admin.groupIds()).toContain(stage.groupId);
  });
});

const stamp = 1_700_000_000_000;
