import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { ChargeOrder, openPaymentStage, until, workNaively } from './testing/payment-stage.ts';
import type { PaymentStage } from './testing/payment-stage.ts';

/** What a late deletion and a lost answer cost on FIFO (S6 and S23 of the facts), and what they cost here. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 20_000 });

const localstack = await findBroker('localstack', 'expired receipts');
const elasticmq = await findBroker('elasticmq', 'repeated receives');
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
  await Promise.all([localstack?.stop(), elasticmq?.stop()]);
});

test('S6: who deletes too late is refused, pays again, and in the end the paid order is a dead letter; not here (LocalStack)', async ({
  skip,
}) => {
  skip(localstack === undefined, 'LocalStack cannot be had here.');
  const stage = openStage(localstack?.address ?? '');
  const naive: string[] = [];
  const queue = await stage.queue({}, { after: 3 });
  await queue.send('o-1', 'o-1', 'o-1');
  const pay = async (body: string): Promise<void> => {
    naive.push(body);
    await sleep(1300);
  };
  const deletions = await workNaively(queue, pay, 2500);
  expect(naive).toEqual(['o-1', 'o-1', 'o-1']);
  expect(deletions).toEqual(['InvalidParameterValue', 'InvalidParameterValue', 'InvalidParameterValue']);
  expect(await queue.count(queue.dead)).toBe(1);

  const ours: string[] = [];
  const work = async ({ order }: { readonly order: string }): Promise<void> => {
    ours.push(order);
    await sleep(2600);
  };
  const bus = stage.bus({ work });
  await bus.start();
  await bus.send(ChargeOrder, { order: 'o-1', step: 'authorize', token: 'o-1' });
  await until(async () => (await bus.health()).subscriptions.every(({ running }) => running === 0) && ours.length > 0);
  await sleep(2000);
  expect(ours).toEqual(['o-1']);
  expect((await bus.deadLetters.list()).letters).toEqual([]);
});

test('S6: a lease that was lost is told as lost, and the receipt settles nothing (LocalStack)', async ({ skip }) => {
  skip(localstack === undefined, 'LocalStack cannot be had here.');
  const stage = openStage(localstack?.address ?? '');
  const transport = stage.transport();
  const address = { kind: 'command', channel: 'late', group: 'workers' } as const;
  await transport.ensureTopology({ channels: [address], subscriptions: [{ ...address, leaseMs: 1000 }] });
  const sender = await transport.openSender(address);
  await sender.sendBatch([
    { id: 'm', key: 'k', deduplicationKey: 'm', headers: {}, body: Buffer.from('m'), delayMs: 0 },
  ]);
  const lost: object[] = [];
  const receiver = await transport.openReceiver(address, {
    leaseMs: 1000,
    unsettledMax: 1,
    onLost: (receipts) => lost.push(...receipts),
  });
  const [delivery] = await receiver.receiveBatch(1, new AbortController().signal);
  await sleep(1300);
  expect(lost).toEqual([delivery?.receipt]);
  const settled = await receiver.settleBatch([{ receipt: delivery?.receipt ?? {}, action: 'accept' }]);
  expect(settled).toEqual([{ status: 'lost' }]);
});

test('S23: a lost answer holds up its group for the whole visibility timeout; here the next poll has it at once (ElasticMQ)', async ({
  skip,
}) => {
  skip(elasticmq === undefined, 'ElasticMQ cannot be had here.');
  const stage = openStage(elasticmq?.address ?? '');
  const queue = await stage.queue({ VisibilityTimeout: '5' });
  await queue.send('o-1', 'o-1', 'o-1');
  // Nobody has heard the answer of this one.
  await queue.receive(1);
  const startMs = performance.now();
  let came = await queue.receive(1);
  while (came.length === 0) {
    await sleep(50);
    came = await queue.receive(1);
  }
  expect(performance.now() - startMs).toBeGreaterThan(4000);

  const { hostname: host, port } = new URL(elasticmq?.address ?? '');
  const proxy = await startProxy({ target: { host, port: Number(port) }, protocol: 'http' });
  const behind = openStage(`http://127.0.0.1:${proxy.port}`);
  const transport = behind.transport();
  const address = { kind: 'command', channel: 'lost-answer', group: 'workers' } as const;
  await transport.ensureTopology({ channels: [address], subscriptions: [{ ...address, leaseMs: 10_000 }] });
  const sender = await transport.openSender(address);
  await sender.sendBatch([
    { id: 'm', key: 'k', deduplicationKey: 'm', headers: {}, body: Buffer.from('m'), delayMs: 0 },
  ]);
  const receiver = await transport.openReceiver(address, { leaseMs: 10_000, unsettledMax: 1, onLost: () => undefined });
  const cut = proxy.addToxic({ kind: 'cut', at: 'http.response', deliver: false, times: 1 });
  await expect(receiver.receiveBatch(1, new AbortController().signal)).rejects.toThrow(/socket hang up|ECONNRESET/u);
  expect(cut.hits).toBe(1);
  const againMs = performance.now();
  const [delivery] = await receiver.receiveBatch(1, new AbortController().signal);
  expect(delivery?.message.id).toBe('m');
  expect(performance.now() - againMs).toBeLessThan(4000);
  const settled = await receiver.settleBatch([{ receipt: delivery?.receipt ?? {}, action: 'accept' }]);
  expect(settled).toEqual([{ status: 'settled' }]);
  await transport.close();
  await proxy.close();
});
