import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { accept, bodiesOf, openReceiverStage, receiveSome, until } from './testing/receiver-stage.ts';

const broker = await findBroker('kafka', 'transactions of other programs');

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));

afterAll(() => broker?.stop());

test.each(['kafkajs', 'platformatic'] as const)(
  'a group comes to the end of a partition that ends with the mark of a transaction, or with one that was aborted (%s)',
  { timeout: 120_000 },
  async (client) => {
    const stage = await openReceiverStage(broker?.address ?? '', 1);
    onTestFinished(() => stage.close());
    const producer = stage.kafka.producer({ transactionalId: stage.topic, maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    const write = async (value: string, end: 'abort' | 'commit'): Promise<void> => {
      const transaction = await producer.transaction();
      await transaction.send({ topic: stage.topic, messages: [{ key: 'a', value, partition: 0 }] });
      await transaction[end]();
    };
    await write('kept', 'commit');
    const { receiver } = await stage.open({ client, fetchWaitMs: 100 });
    const received = await receiveSome(receiver, 1);
    expect(bodiesOf(received)).toEqual(['kept']);
    await accept(receiver, received);
    // Each of both is a record and a mark.
    await until(async () => (await stage.committed()) === 2, 20_000);
    await write('taken back', 'abort');
    await until(async () => (await stage.committed()) === 4, 20_000);
    expect((await stage.admin.endsOf(stage.topic)).get(0)?.high).toBe(4);
    expect(await receiveSome(receiver, 1, { limitMs: 500 })).toEqual([]);
  },
);
