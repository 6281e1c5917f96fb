import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { ChargeOrder, openPaymentStage, until } from './testing/payment-stage.ts';
import type { PaymentStage, Queue } from './testing/payment-stage.ts';
import { startEmulator } from './testing/start-emulator.ts';

/** Where the deduplication of SQS ends (S3, S4 and S17 of the facts), and what is charged here all the same. */
vi.setConfig({ testTimeout: 40_000, hookTimeout: 20_000 });

const fauxqs = await startEmulator();
const elasticmq = await findBroker('elasticmq', 'what a purge forgets');
const ministack = await findBroker('ministack', 'deduplication within a message group');
const stages: PaymentStage[] = [];

const openStage = (endpoint: string): PaymentStage => {
  const stage = openPaymentStage({ endpoint });
  stages.push(stage);
  return stage;
};

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});
afterAll(async () => {
  await Promise.all([fauxqs.stop(), elasticmq?.stop(), ministack?.stop()]);
});

/** Charges for whatever is there, and deletes it. */
async function chargeAll(queue: Queue, charges: string[]): Promise<void> {
  for (let messages = await queue.receive(); messages.length > 0; messages = await queue.receive()) {
    for (const message of messages) {
      charges.push(message.Body ?? '');
      await queue.remove(message);
    }
  }
}

test('S3: the same token is charged again when its five minutes are over; here it is charged once (fauxqs)', async () => {
  // The emulator is in this process, and takes its time from here.
  vi.useFakeTimers({ toFake: ['Date'] });
  const startMs = Date.now();
  const at = (seconds: number): unknown => vi.setSystemTime(startMs + seconds * 1000);
  const stage = openStage(fauxqs.options.endpoint);
  const charges: string[] = [];
  const queue = await stage.queue();
  for (const seconds of [0, 200, 299, 301]) {
    at(seconds);
    await queue.send(`o-1 at ${seconds}`, 'o-1', 'token');
    await chargeAll(queue, charges);
  }
  // Counted from the first send, and not from the duplicate.
  expect(charges).toEqual(['o-1 at 0', 'o-1 at 301']);

  at(0);
  const ours: string[] = [];
  const bus = stage.bus({ work: ({ order }) => void ours.push(order) });
  await bus.start();
  const charge = { order: 'o-1', step: 'authorize', token: 'token' };
  await bus.send(ChargeOrder, charge);
  await until(() => ours.length === 1);
  at(301);
  await bus.send(ChargeOrder, charge);
  await bus.send(ChargeOrder, { ...charge, order: 'o-2', token: 'another' });
  await until(() => ours.includes('o-2'));
  expect(ours).toEqual(['o-1', 'o-2']);
});

test('S4: deduplication within a group lets the same token through for another order; here it is no second charge (ministack)', async ({
  skip,
}) => {
  skip(ministack === undefined, 'ministack cannot be had here.');
  const stage = openStage(ministack?.address ?? '');
  const charges: string[] = [];
  const queue = await stage.queue({ DeduplicationScope: 'messageGroup' });
  await queue.send('o-1', 'o-1', 'token');
  await queue.send('o-2', 'o-2', 'token');
  await chargeAll(queue, charges);
  expect(charges).toEqual(['o-1', 'o-2']);

  const ours: string[] = [];
  const bus = stage.bus({
    transport: stage.transport({ deduplicationScope: 'messageGroup' }),
    work: ({ order }) => void ours.push(order),
  });
  await bus.start();
  await bus.send(ChargeOrder, { order: 'o-1', step: 'authorize', token: 'token' });
  await until(() => ours.length === 1);
  await bus.send(ChargeOrder, { order: 'o-2', step: 'authorize', token: 'token' });
  await until(async () => (await bus.deadLetters.list()).letters.length === 1);
  const [letter] = (await bus.deadLetters.list()).letters;
  expect([ours, letter?.reason]).toEqual([['o-1'], 'fingerprint-conflict']);
});

test('S17: a purge forgets the tokens, and a retry is charged again; here it is known (ElasticMQ)', async ({
  skip,
}) => {
  skip(elasticmq === undefined, 'ElasticMQ cannot be had here.');
  const stage = openStage(elasticmq?.address ?? '');
  const charges: string[] = [];
  const queue = await stage.queue();
  const purge = (url: string) => stage.sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
  for (const step of ['send', 'purge', 'send'] as const) {
    if (step === 'purge') await purge(queue.url);
    else await queue.send('o-1', 'o-1', 'token');
    await chargeAll(queue, charges);
  }
  expect(charges).toEqual(['o-1', 'o-1']);

  const ours: string[] = [];
  const bus = stage.bus({ work: ({ order }) => void ours.push(order) });
  await bus.start();
  const charge = { order: 'o-1', step: 'authorize', token: 'token' };
  await bus.send(ChargeOrder, charge);
  await until(() => ours.length === 1);
  await purge(await stage.url());
  await bus.send(ChargeOrder, charge);
  await bus.send(ChargeOrder, { ...charge, order: 'o-2', token: 'another' });
  await until(() => ours.includes('o-2'));
  expect(ours).toEqual(['o-1', 'o-2']);
});
