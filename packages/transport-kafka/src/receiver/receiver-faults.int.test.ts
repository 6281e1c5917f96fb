import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { accept, bodiesOf, numbered, openReceiverStage, receiveSome, until } from './testing/receiver-stage.ts';

const broker = await findBroker('kafka', 'the receiver on a Kafka that dies');

beforeEach(({ skip }) => {
  skip(broker === undefined, 'Kafka cannot be had here.');
  skip(broker?.startedBy === 'environment', 'A broker of somebody else is not killed.');
});

afterAll(() => broker?.stop());

test(
  'a broker that is killed and comes back: nothing is lost, nothing is out of order, and the trouble has a code',
  { timeout: 240_000 },
  async () => {
    const stage = await openReceiverStage(broker?.address ?? '', 2);
    onTestFinished(() => stage.close());
    for (const partition of [0, 1]) await stage.publish(partition, `k${partition}`, numbered(100, `p${partition}-`));
    const { receiver } = await stage.open({ sessionTimeoutMs: 6000, commitMs: 100 });
    const handled: string[] = [];
    const errors: unknown[] = [];
    const workOff = async (count: number): Promise<void> => {
      const deliveries = await receiveSome(receiver, count, { errors, limitMs: 2000 });
      handled.push(...bodiesOf(deliveries));
      await accept(receiver, deliveries);
    };
    await until(async () => {
      await workOff(10);
      return handled.length >= 50;
    });
    await broker?.kill9();
    await workOff(20);
    await broker?.restart();
    for (const partition of [0, 1]) await stage.publish(partition, `k${partition}`, ['last']);
    await until(async () => {
      await workOff(50);
      return new Set(handled).size === 201;
    }, 120_000);
    expect(errors.map((error) => errorCodeOf(error))).not.toContain('unknown');
    for (const partition of [0, 1]) {
      const firsts = [...new Set(handled.filter((body) => body.startsWith(`p${partition}-`)))];
      expect(firsts).toEqual(numbered(100, `p${partition}-`));
    }
    await until(async () => {
      await workOff(1);
      return (await stage.committed()) === 202;
    });
  },
);
