import { setTimeout as sleep } from 'node:timers/promises';
import { createProcessGate, faultyStore, faultyTransport, watchBoundaries } from '@waybill/core/testing';
import type { CrashBoundary } from '@waybill/core/testing';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { ChargeOrder, openPaymentStage, until, workNaively } from './testing/payment-stage.ts';
import type { PaymentStage } from './testing/payment-stage.ts';
import { startEmulator } from './testing/start-emulator.ts';

/** How a queue that "processes exactly once" charges twice (S5, S7 and S15 of the facts), and what is charged here. On fauxqs. */
vi.setConfig({ testTimeout: 40_000, hookTimeout: 20_000 });

const server = await startEmulator();
const stages: PaymentStage[] = [];

const openStage = (): PaymentStage => {
  const stage = openPaymentStage(server.options);
  stages.push(stage);
  return stage;
};

afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});
afterAll(() => server.stop());

const order = (name: string) => ({ order: name, step: 'authorize', token: name });

test('S5: a payment that takes longer than the visibility timeout is made by two consumers at once; here by one', async () => {
  const stage = openStage();
  const naive: string[] = [];
  const queue = await stage.queue({}, { after: 3 });
  await queue.send('o-1', 'o-1', 'o-1');
  let atWork = 0;
  let atOnce = 0;
  const pay = async (body: string): Promise<void> => {
    naive.push(body);
    atOnce = Math.max(atOnce, (atWork += 1));
    await sleep(1600);
    atWork -= 1;
  };
  await Promise.all([workNaively(queue, pay, 500), workNaively(queue, pay, 1500)]);
  expect([naive.length > 1, atOnce]).toEqual([true, 2]);

  const ours: string[] = [];
  const work = async ({ order: name }: { readonly order: string }): Promise<void> => {
    ours.push(name);
    await sleep(2500);
  };
  const buses = [stage.bus({ work }), stage.bus({ work })];
  for (const bus of buses) await bus.start();
  await buses[0]?.send(ChargeOrder, order('o-1'));
  await sleep(3500);
  expect(ours).toEqual(['o-1']);
});

test.each<[string, CrashBoundary, number]>([
  ['before its transaction', 'C2', 1],
  ['after its work and before the commit', 'C4', 1],
  ['after the commit and before the acceptance', 'C6', 0],
  ['after the acceptance, without its answer', 'C7', 0],
])('S7: a consumer that dies %s leaves one charge in the end', async (_, diesAt, again) => {
  const stage = openStage();
  const committed: string[] = [];
  const started: string[] = [];
  const gate = createProcessGate();
  const boundaries = watchBoundaries({ gate, at: diesAt });
  const mortal = { gate, boundaries };
  const first = stage.bus({
    isMortal: true,
    transport: faultyTransport(stage.transport(), mortal),
    store: faultyStore(stage.store, mortal),
    work: ({ order: name }) => void started.push(name),
  });
  await first.start();
  await first.send(ChargeOrder, order('o-1'));
  await until(() => boundaries.hasStruck);
  const second = stage.bus({ work: ({ order: name }) => void committed.push(name) });
  await second.start();
  await second.send(ChargeOrder, order('o-2'));
  await until(() => committed.includes('o-2'));
  await sleep(2500);
  expect(committed.filter((name) => name === 'o-1')).toHaveLength(again);
  const health = await second.health();
  expect(health.subscriptions).toMatchObject([{ ready: 0 }]);
});

test('S7: a naive consumer that dies between charge and deletion has charged twice', async () => {
  const stage = openStage();
  const charges: string[] = [];
  const queue = await stage.queue();
  await queue.send('o-1', 'o-1', 'o-1');
  const [message] = await queue.receive(1);
  charges.push(message?.Body ?? '');
  // It dies here.
  await sleep(1200);
  await workNaively(queue, (body) => void charges.push(body), 300);
  expect(charges).toEqual(['o-1', 'o-1']);
});

test('S15: ten messages of one receive outlive its visibility timeout in turn; here everything held is kept alive', async () => {
  const stage = openStage();
  const orders = Array.from({ length: 10 }, (_, place) => `o-${place}`);
  const queue = await stage.queue();
  for (const name of orders) await queue.send(name, name, name);
  const naive: string[] = [];
  const slowly = async (body: string): Promise<void> => {
    naive.push(body);
    await sleep(250);
  };
  const messages = await queue.receive(10);
  expect(messages).toHaveLength(10);
  const first = (async () => {
    for (const message of messages) {
      await slowly(message.Body ?? '');
      await queue.remove(message);
    }
  })();
  await Promise.all([first, workNaively(queue, slowly, 1500)]);
  expect(naive.length).toBeGreaterThan(10);

  const ours: string[] = [];
  const work = async ({ order: name }: { readonly order: string }): Promise<void> => {
    ours.push(name);
    await sleep(400);
  };
  const handler = { concurrency: 1, waitingMax: 20 };
  const buses = [stage.bus({ work, handler }), stage.bus({ work, handler })];
  for (const bus of buses) await bus.start();
  await Promise.all(orders.map(async (name) => buses[0]?.send(ChargeOrder, order(name))));
  await until(() => ours.length >= 10);
  await sleep(1500);
  expect(ours.toSorted()).toEqual(orders);
});
