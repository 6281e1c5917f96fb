import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { ChargeOrder, openPaymentStage, until } from './testing/payment-stage.ts';
import type { Charge, PaymentStage } from './testing/payment-stage.ts';
import { startEmulator } from './testing/start-emulator.ts';

/** What a dead-letter queue does to the order and the identity of messages (S8, S12 and S13 of the facts), and what is done here. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 20_000 });

const fauxqs = await startEmulator();
const stages: PaymentStage[] = [];

const openStage = (endpoint: string): PaymentStage => {
  const stage = openPaymentStage({ endpoint });
  stages.push(stage);
  return stage;
};

afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});
afterAll(async () => {
  await fauxqs.stop();
});

const steps = ['authorize', 'capture', 'cancel'] as const;
const charge = (order: string, step: string): Charge => ({ order, step, token: `${order} ${step}` });

test('S12: behind a step that became a dead letter the next ones are made without it; here they wait, and come after it (fauxqs)', async () => {
  const stage = openStage(fauxqs.options.endpoint);
  const naive: string[] = [];
  const queue = await stage.queue({}, { after: 2 });
  for (const step of steps) await queue.send(step, 'o-1', step);
  for (let look = 0; look < 100; look += 1) {
    await sleep(50);
    for (const message of await queue.receive(1)) {
      // It fails, and comes again when its visibility timeout is over.
      if (message.Body === 'authorize') continue;
      naive.push(message.Body ?? '');
      await queue.remove(message);
    }
  }
  expect([naive, await queue.count(queue.dead)]).toEqual([['capture', 'cancel'], 1]);
  // Repaired and sent again, it comes after everything that should have followed it.
  await queue.redrive();
  const [again] = await queue.receive(1);
  expect([...naive, again?.Body]).toEqual(['capture', 'cancel', 'authorize']);

  const ours: string[] = [];
  let isDown = true;
  const bus = stage.bus({
    handler: { onPoison: 'park-key', retry: { attemptsMax: 2, backoffMs: 1 } },
    work: ({ step }) => {
      if (step === 'authorize' && isDown) throw new Error('The provider refuses.');
      ours.push(step);
    },
  });
  await bus.start();
  for (const step of steps) await bus.send(ChargeOrder, charge('o-1', step));
  await bus.send(ChargeOrder, charge('o-2', 'capture'));
  await until(async () => (await bus.deadLetters.list()).letters.length === 3);
  await until(() => ours.length > 0);
  // Only the other order goes on.
  expect(ours).toEqual(['capture']);
  isDown = false;
  await bus.deadLetters.replay({});
  await until(() => ours.length === 4);
  expect(ours.slice(1)).toEqual(steps);
});

test('S13: one poisoned message of a group for all stops the shop; here only its own order waits (fauxqs)', async () => {
  const stage = openStage(fauxqs.options.endpoint);
  const naive: string[] = [];
  const queue = await stage.queue({}, { after: 1000 });
  for (const name of ['poison', 'o-1', 'o-2']) await queue.send(name, 'orders', name);
  for (let look = 0; look < 80; look += 1) {
    await sleep(50);
    for (const message of await queue.receive()) {
      if (message.Body === 'poison') continue;
      naive.push(message.Body ?? '');
    }
  }
  expect(naive).toEqual([]);

  const ours: string[] = [];
  const bus = stage.bus({
    handler: { retry: { attemptsMax: 100, backoffMs: 50, backoffMsMax: 50 } },
    work: ({ order }) => {
      if (order === 'poison') throw new Error('It fails.');
      ours.push(order);
    },
  });
  await bus.start();
  for (const name of ['poison', 'o-1', 'o-2']) await bus.send(ChargeOrder, charge(name, 'authorize'));
  await until(() => ours.length === 2, 4000);
  expect(ours.toSorted()).toEqual(['o-1', 'o-2']);
});

test('S8: a receipt, a number of the receive or the id of SQS as the key of a provider charges again; the key of the context does not (fauxqs)', async () => {
  const stage = openStage(fauxqs.options.endpoint);
  const tried = await stage.queue();
  await tried.send('o-1', 'o-1', 'o-1');
  const [first] = await tried.receive(1);
  await sleep(1200);
  const [second] = await tried.receive(1);
  expect(second?.MessageId).toBe(first?.MessageId);
  // Over a redelivery only the id stays.
  expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
  expect([first, second].map((received) => received?.Attributes?.ApproximateReceiveCount)).toEqual(['1', '2']);

  const queue = await stage.queue({}, { after: 1 });
  await queue.send('o-1', 'o-1', 'o-1');
  // Charged, and not deleted: the consumer died.
  const [charged] = await queue.receive(1);
  await until(async () => {
    await queue.receive(1);
    return (await queue.count(queue.dead)) === 1;
  });
  await queue.redrive();
  const [again] = await queue.receive(1);
  expect([charged?.Body, again?.Body]).toEqual(['o-1', 'o-1']);
  expect(again?.MessageId).not.toBe(charged?.MessageId);

  const ours: string[] = [];
  let isDown = true;
  const bus = stage.bus({
    handler: { retry: { attemptsMax: 2, backoffMs: 1 } },
    work: (_, { idempotencyKey }) => {
      ours.push(idempotencyKey);
      // The provider has charged, and nobody hears its answer.
      if (isDown) throw new Error('No answer.');
    },
  });
  await bus.start();
  await bus.send(ChargeOrder, charge('o-1', 'authorize'));
  await until(async () => (await bus.deadLetters.list()).letters.length === 1);
  isDown = false;
  await bus.deadLetters.replay({});
  await until(() => ours.length === 3);
  expect(new Set(ours).size).toBe(1);
});
