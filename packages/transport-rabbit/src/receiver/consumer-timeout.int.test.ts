import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { accept, bodiesOf, openReceiverStage, receiveSome, receiveThrough } from './testing/receiver-stage.ts';
import type { ReceiverStage } from './testing/receiver-stage.ts';

const timeoutMs = 3000;
const configuration = { consumer_timeout: String(timeoutMs) };
const broker = await findBroker('rabbitmq', 'the consumer timeout of RabbitMQ', { configuration });

beforeEach(({ skip }) => skip(broker === undefined, 'A RabbitMQ with a short consumer timeout cannot be had here.'));
afterAll(() => broker?.stop());

const stageOf = async (): Promise<ReceiverStage> => {
  const stage = await openReceiverStage(broker?.address ?? '', 2);
  onTestFinished(() => stage.close());
  await stage.publish(0, 'slow', ['1', '2', '3']);
  await stage.publish(1, 'other', ['1', '2']);
  return stage;
};

const ofKey = (key: string, deliveries: Awaited<ReturnType<typeof receiveSome>>) =>
  deliveries.filter(({ message }) => message.key === key);

test(
  'work that outlasts the consumer timeout is handed back before the broker acts, in order, and no other queue hears of it',
  { timeout: 30_000 },
  async () => {
    const stage = await stageOf();
    const { receiver, lost } = await stage.open({ consumerTimeoutMs: timeoutMs });
    const held = await receiveSome(receiver, 5);
    const other = ofKey('other', held);
    expect(bodiesOf(other)).toEqual(['1', '2']);
    await sleep(timeoutMs / 2);
    expect(await accept(receiver, other)).toEqual([{ status: 'settled' }, { status: 'settled' }]);
    // No error comes out of a receive: nothing failed.
    const again = await receiveSome(receiver, 3, timeoutMs + 2000);
    expect(bodiesOf(again)).toEqual(['1', '2', '3']);
    expect(again.map(({ message }) => message.key)).toEqual(['slow', 'slow', 'slow']);
    expect(lost).toEqual(ofKey('slow', held).map(({ receipt }) => receipt));
    expect(await accept(receiver, again)).toEqual(again.map(() => ({ status: 'settled' })));
    await stage.publish(1, 'other', ['3']);
    const [last] = await receiveSome(receiver, 1);
    expect(last?.attempt).toBe(1);
  },
);

test(
  'a consumer timeout that nobody knew of is an error with a code; the consumer lives, and order is kept',
  { timeout: 30_000 },
  async () => {
    const stage = await stageOf();
    const { receiver, lost } = await stage.open();
    const held = await receiveSome(receiver, 5);
    const errors: unknown[] = [];
    const again = await receiveThrough(receiver, 5, errors);
    expect(errors.map(errorCodeOf)).toContain('lease-lost');
    expect(new Set(lost)).toEqual(new Set(held.map(({ receipt }) => receipt)));
    expect(await accept(receiver, held)).toEqual(held.map(() => ({ status: 'lost' })));
    expect(bodiesOf(ofKey('slow', again))).toEqual(['1', '2', '3']);
    expect(bodiesOf(ofKey('other', again))).toEqual(['1', '2']);
    expect(await accept(receiver, again)).toEqual(again.map(() => ({ status: 'settled' })));
    expect(await receiveSome(receiver, 1, 300)).toEqual([]);
  },
);
