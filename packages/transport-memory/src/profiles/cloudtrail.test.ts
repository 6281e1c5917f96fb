import { seededRandom, virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { idsOf, message, openStage } from '../testing/open-stage.ts';
import { cloudtrail } from './cloudtrail.ts';
import type { QueueSemantics } from './queue-semantics.ts';
import { withParameters } from './with-parameters.ts';

const trail = async (parameters: Partial<QueueSemantics> = {}, seed = 1) => {
  const clock = virtualClock();
  const profile = withParameters(cloudtrail, parameters);
  const stage = await openStage({ profile, clock, random: seededRandom(seed), kind: 'event' });
  return { clock, stage, receiver: await stage.receiver() };
};

const certain = { lossProbability: 0, duplicateProbability: 0 };

/** When each of `count` events arrived, in the order of arrival. */
const arrivals = async (count: number, parameters: Partial<QueueSemantics>, seed: number) => {
  const { clock, stage, receiver } = await trail(parameters, seed);
  for (let sent = 0; sent < count; sent += 1) await stage.send(message(`m${sent}`));
  const arrived: { readonly id: string; readonly atMs: number }[] = [];
  for (let second = 0; second < 7200; second += 1) {
    await clock.advance(1000);
    for (let batch = await receiver.take(); batch.length > 0; batch = await receiver.take()) {
      for (const id of idsOf(batch)) arrived.push({ id, atMs: clock.monotonic() });
      await receiver.accept(...batch);
    }
  }
  return arrived;
};

test('events take 300 s on average, 900 s at the 99th percentile, and come out of order', async () => {
  const arrived = await arrivals(1000, certain, 11);
  const latencies = arrived.map(({ atMs }) => atMs);
  const mean = latencies.reduce((sum, latency) => sum + latency, 0) / latencies.length;
  expect(latencies).toHaveLength(1000);
  expect(mean).toBeGreaterThan(280_000);
  expect(mean).toBeLessThan(320_000);
  expect(latencies[989]).toBeGreaterThan(700_000);
  expect(latencies[989]).toBeLessThan(1_100_000);
  expect(arrived.map(({ id }) => id)).not.toEqual(arrived.map((_, index) => `m${index}`));
});

test('a share of the events never comes, and a share comes twice', async () => {
  const arrived = await arrivals(1000, { lossProbability: 0.1, duplicateProbability: 0.1 }, 5);
  const distinct = new Set(arrived.map(({ id }) => id)).size;
  expect(distinct).toBeGreaterThan(860);
  expect(distinct).toBeLessThan(940);
  expect(arrived.length - distinct).toBeGreaterThan(50);
  expect(arrived.length - distinct).toBeLessThan(130);
});

test('an event carries what stands in the request: key and headers, and no body', async () => {
  const { stage, receiver } = await trail({ ...certain, latencyMsMean: 0 });
  await stage.send(message('a', { key: 'order-1', body: '{"total":100}' }));
  const [event] = await receiver.take();
  expect(event?.message).toMatchObject({ id: 'a', key: 'order-1', headers: { type: 'order.placed' } });
  expect(event?.message.body).toEqual(new Uint8Array(0));
});

test('a function that fails gets an event 3 times in all, and then it is gone', async () => {
  const { stage, receiver } = await trail({ ...certain, latencyMsMean: 0 });
  await stage.send(message('a'));
  for (const attempt of [1, 2, 3]) {
    const [event] = await receiver.take();
    expect(event?.attempt).toBe(attempt);
    if (event !== undefined) await receiver.release(event);
  }
  expect(await receiver.take()).toEqual([]);
  expect(await stage.transport.inspect(stage.address)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 0 });
});

test('a function may run for 900 s and no longer', async () => {
  const { clock, stage, receiver } = await trail({ ...certain, latencyMsMean: 0 });
  await stage.send(message('a'));
  const receipts = (await receiver.take()).map(({ receipt }) => receipt);
  expect(await receiver.extendBatch(receipts, 900_000)).toEqual(['extended']);
  await clock.advance(600_000);
  expect(await receiver.extendBatch(receipts, 900_000)).toEqual(['extended']);
  await clock.advance(300_000);
  expect(receiver.lost).toEqual(receipts);
});
