import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@waybill/core/testing';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { ChargeOrder, openPaymentStage, until } from './testing/payment-stage.ts';
import type { PaymentStage } from './testing/payment-stage.ts';
import { startEmulator } from './testing/start-emulator.ts';
import { startStorm } from './testing/storm.ts';
import type { Storm, Weather } from './testing/storm.ts';

/** What becomes of publishes and orders when SQS fails, throttles and loses answers for a while. On fauxqs behind a storm. */
vi.setConfig({ testTimeout: 60_000 });

const server = await startEmulator();
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => server.stop());

const stages = async (): Promise<{ readonly storm: Storm; readonly stage: PaymentStage }> => {
  const storm = await startStorm(server.options.endpoint);
  const stage = openPaymentStage({ endpoint: storm.address });
  closing.push(storm.stop, stage.close);
  return { storm, stage };
};

const orders = Array.from({ length: 12 }, (_, place) => `o-${place}`);
const steps = Array.from({ length: 8 }, (_, place) => String(place));
const charges = steps.flatMap((step) => orders.map((order) => ({ order, step, token: `${order} ${step}` })));

const queueActions = /^(?:SendMessageBatch|ReceiveMessage|DeleteMessageBatch|ChangeMessageVisibilityBatch)$/u;

test('through failures, throttling, lost answers and batches that succeed by halves every publish is confirmed, and has its effect once, in order', async () => {
  const { storm, stage } = await stages();
  const done: string[] = [];
  const bus = stage.bus({ work: ({ order, step }) => void done.push(`${order} ${step}`) });
  await bus.start();
  const random = seededRandom(7);
  const weathers: readonly Weather[] = ['away', 'throttled', 'page', 'failed', 'lost', 'halves'];
  storm.rage((action) => {
    if (!queueActions.test(action) || random() < 0.5) return undefined;
    return weathers[Math.floor(random() * weathers.length)];
  });
  await Promise.all(charges.map((charge) => bus.send(ChargeOrder, charge)));
  await until(() => done.length >= charges.length, 50_000);
  storm.rage(() => undefined);
  for (const order of orders) {
    expect(done.filter((each) => each.startsWith(`${order} `))).toEqual(steps.map((step) => `${order} ${step}`));
  }
  await until(async () =>
    (await bus.health()).subscriptions.every(({ ready, running }) => ready === 0 && running === 0),
  );
  expect(done).toHaveLength(charges.length);
  expect((await bus.deadLetters.list()).letters).toEqual([]);
  expect([...storm.hits.keys()].toSorted()).toEqual(weathers.toSorted());
  // A second try has the identity of the first, or there would be more of them than messages.
  expect(storm.tries.size).toBe(charges.length);
  expect(Math.max(...storm.tries.values())).toBeGreaterThan(1);
});

test.each<[Weather]>([['throttled'], ['away']])(
  'a service that is %s for three seconds is asked less and less, and gets everything after that',
  async (weather) => {
    const { storm, stage } = await stages();
    const done: string[] = [];
    const bus = stage.bus({ work: ({ order, step }) => void done.push(`${order} ${step}`) });
    await bus.start();
    await until(() => storm.timesOf('ReceiveMessage').length > 0);
    storm.rage((action) => (queueActions.test(action) ? weather : undefined));
    const beganMs = performance.now();
    const confirmed = Promise.all(charges.map((charge) => bus.send(ChargeOrder, charge)));
    await sleep(3000);
    storm.rage(() => undefined);
    const calmMs = performance.now();
    await confirmed;
    await until(() => done.length === charges.length);
    const callsIn = (action: string, fromMs: number, untilMs: number): number =>
      storm.timesOf(action).filter((timeMs) => timeMs >= fromMs && timeMs < untilMs).length;
    // Measured: ten requests in the first second, for the ten messages each that wait, and two in the last one.
    expect(callsIn('SendMessageBatch', beganMs, calmMs)).toBeGreaterThan(1);
    expect(callsIn('SendMessageBatch', beganMs, calmMs)).toBeLessThan(40);
    expect(callsIn('SendMessageBatch', calmMs - 1000, calmMs)).toBeLessThanOrEqual(6);
    expect(callsIn('ReceiveMessage', beganMs, calmMs)).toBeLessThan(20);
    expect(callsIn('ReceiveMessage', calmMs - 1000, calmMs)).toBeLessThanOrEqual(6);
    expect(done.toSorted()).toEqual(charges.map(({ order, step }) => `${order} ${step}`).toSorted());
  },
);
