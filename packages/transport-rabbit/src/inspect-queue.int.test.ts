import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { jumpsOf } from '@waybill/conformance/recording';
import type { Start } from '@waybill/conformance/recording';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openTransportStage } from './testing/transport-stage.ts';

const broker = await findBroker('rabbitmq', 'what the transport tells of a queue on RabbitMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const keys = ['a', 'b', 'c', 'd'];

/** When a round of all keys was sent, in epoch milliseconds: not before, and not after. */
interface Round {
  readonly fromMs: number;
  readonly untilMs: number;
}

test(
  'looking all the time tells the age that publishing and handling prove, and disturbs no consumer',
  { timeout: 30_000 },
  async () => {
    const stage = await openTransportStage(broker?.address ?? '', { partitions: 2 });
    onTestFinished(() => stage.close());
    const driver = stage.connect();
    const consumer = await stage.consume({ driver, workMs: 40 });
    const rounds: Round[] = [];
    const publishing = (async () => {
      for (let round = 0; round < 60; round += 1) {
        const fromMs = Date.now();
        await stage.publish(keys, 1);
        rounds.push({ fromMs, untilMs: Date.now() });
        // Quicker than the work, so that a backlog grows.
        await sleep(10);
      }
    })();

    /** The lowest number that is at work: its round is the oldest that is there. */
    const oldestAtWork = (): Start | undefined =>
      stage.log.filter(({ outcome }) => outcome === 'open').toSorted((one, other) => one.seq - other.seq)[0];

    const wrong: string[] = [];
    let checks = 0;
    // A look during which the oldest changed proves nothing, and on a busy machine most are like that.
    for (
      let isOver = false;
      checks < 40 && !isOver;
      isOver = stage.log.length === 240 && oldestAtWork() === undefined
    ) {
      const [before, beforeMs] = [oldestAtWork(), Date.now()];
      const seen = await driver.inspect(stage.address);
      const [after, afterMs] = [oldestAtWork(), Date.now()];
      const oldest = rounds[(before?.seq ?? 0) - 1];
      await sleep(10);
      if (before === undefined || before !== after || oldest === undefined) continue;
      checks += 1;
      const [leastMs, mostMs] = [beforeMs - oldest.untilMs, afterMs - oldest.fromMs];
      const ageMs = seen.oldestAgeMs ?? NaN;
      if (!(ageMs >= leastMs && ageMs <= mostMs)) wrong.push(`${ageMs} is not from ${leastMs} to ${mostMs}`);
    }
    await publishing;
    await stage.untilSettled();
    expect(await driver.inspect(stage.address)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 0 });
    await consumer.stop();

    expect(wrong).toEqual([]);
    expect(checks).toBeGreaterThan(4);
    expect(jumpsOf(stage.log)).toEqual([]);
    expect(stage.log).toHaveLength(240);
    expect(stage.log.every(({ attempt, outcome }) => attempt === 1 && outcome === 'settled')).toBe(true);
  },
);
