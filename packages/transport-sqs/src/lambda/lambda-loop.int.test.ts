import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand, defineEvent } from '@waybill/core';
import type { Command, Event } from '@waybill/core';
import type { SubscriptionAddress } from '@waybill/core/driver';
import { pgDatabase, postgresStore } from '@waybill/store-postgres';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { sqsTransport } from '../sqs-transport.ts';
import { createFunction } from '../testing/lambda/create-function.ts';
import type { Charge } from '../testing/lambda/unlucky-charge.ts';

const subject = 'a Lambda function on its queue';
// Functions run from the sources of this work tree, so the emulator must be on this machine.
const emulator = await findBroker('ministack', subject, { origins: ['native'] });
const server = await findBroker('postgres', subject);

beforeEach(({ skip }) =>
  skip(emulator === undefined || server === undefined, 'ministack or PostgreSQL cannot be had here.'),
);
afterAll(async () => {
  await emulator?.stop();
  await server?.stop();
});

const [endpoint = '', url = ''] = [emulator?.address, server?.address];
const region = 'us-east-1';
const timeoutSeconds = 1;

const chargeContract = {
  version: 1,
  schema: z.object({ orderId: z.string(), step: z.int() }),
  deduplicationKey: ({ orderId, step }: Charge) => `${orderId}:${step}`,
};
const ChargeOrder = defineCommand({ ...chargeContract, name: 'charge-order', orderingKey: ({ orderId }) => orderId });
const OrderCharged = defineEvent({ ...chargeContract, name: 'order-charged' });

interface Play {
  /** Of the function, beside this file's folder. */
  readonly module: string;
  readonly queueType: 'fifo' | 'standard';
  readonly namePrefix: string;
  readonly contract: Command<Charge> | Event<Charge>;
  readonly subscription: SubscriptionAddress;
  readonly queue: string;
  readonly charges: readonly Charge[];
}

const command = {
  queueType: 'fifo',
  contract: ChargeOrder,
  subscription: { kind: 'command', channel: 'charge-order', group: 'handler' },
  queue: 'charge-order.fifo',
} as const;
const event = {
  queueType: 'standard',
  contract: OrderCharged,
  subscription: { kind: 'event', channel: 'order-charged', group: 'mail' },
  queue: 'order-charged--mail',
} as const;

/** The first steps of all orders, then the second ones, and so on. */
const chargesOf = (orders: number, steps: number): readonly Charge[] =>
  Array.from({ length: orders * steps }, (_, place) => ({
    orderId: `o-${place % orders}`,
    step: Math.floor(place / orders) + 1,
  }));

/** A queue with charges, a function over it, and the steps of each order as the function wrote them, once the queue is empty. */
async function play({ module, queueType, namePrefix, contract, subscription, queue, charges }: Play) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const transport = sqsTransport({ region, endpoint, credentials, namePrefix, queueType });
  const bus = createBus({ transport, store: postgresStore({ database: pgDatabase({ url }) }) });
  onTestFinished(() => bus.stop());
  const { kind, channel } = subscription;
  const leaseMs = timeoutSeconds * 6000;
  await transport.ensureTopology({ channels: [{ kind, channel }], subscriptions: [{ ...subscription, leaseMs }] });
  await bus.start();
  const query = (text: string) => bus.transaction(({ native }) => native.query(text));
  await query('drop table if exists charges');
  await query('create table charges (id bigserial primary key, order_id text, step int)');
  const outcomes = await bus.publishAll(contract, charges);
  expect(outcomes.filter(({ status }) => status !== 'confirmed')).toEqual([]);
  await createFunction({
    address: endpoint,
    region,
    name: module.replace('.ts', ''),
    module: new URL(`../testing/lambda/${module}`, import.meta.url),
    timeoutSeconds,
    environment: { DATABASE_URL: url, TIMEOUT_SECONDS: String(timeoutSeconds) },
    queueArn: `arn:aws:sqs:${region}:000000000000:${namePrefix}${queue}`,
  });
  const isEmpty = async (): Promise<boolean> => {
    const { ready, inFlight } = await transport.inspect(subscription);
    return ready === 0 && inFlight === 0;
  };
  while (!(await isEmpty())) await sleep(200);
  const { rows } = await query('select order_id, array_agg(step order by id) as steps from charges group by order_id');
  const { rows: numbers } = await query('select max(id)::int as tries from charges');
  return {
    steps: new Map(rows.map((row) => [row['order_id'], row['steps']])),
    // A number is gone with every charge that was rolled back.
    tries: Number(numbers[0]?.['tries']),
  };
}

test('a function that names only what failed turns the steps of its orders round', { timeout: 60_000 }, async () => {
  const { steps } = await play({
    ...command,
    module: 'naive-function.ts',
    namePrefix: 'naive-',
    charges: chargesOf(2, 3),
  });
  expect(steps).toEqual(
    new Map([
      ['o-0', [2, 3, 1]],
      ['o-1', [2, 3, 1]],
    ]),
  );
});

/** The environment may ask for more. */
const orders = Number(process.env['LAMBDA_LOOP_ORDERS'] ?? 24);
const stepsOfAll = Array.from({ length: 25 }, (_, place) => place + 1);

test(
  'ours, which fails, hangs and dies at random, charges every order once, step by step',
  { timeout: 60_000 + orders * 2000 },
  async () => {
    const beganMs = performance.now();
    const charges = chargesOf(orders, stepsOfAll.length);
    const { steps, tries } = await play({ ...command, module: 'charge-function.ts', namePrefix: 'waybill-', charges });
    expect(steps).toEqual(new Map(Array.from({ length: orders }, (_, order) => [`o-${order}`, stepsOfAll])));
    expect(tries).toBeGreaterThan(charges.length);
    const seconds = Math.round((performance.now() - beganMs) / 1000);
    console.log(`Lambda loop: ${charges.length} charges, ${tries} tries, ${seconds} s`);
  },
);

test('an event that comes through SNS to a standard queue has its effect once', { timeout: 120_000 }, async () => {
  const charges = chargesOf(20, 10);
  const { steps, tries } = await play({ ...event, module: 'mail-function.ts', namePrefix: 'waybill-', charges });
  const tenSteps = stepsOfAll.slice(0, 10);
  const inOrder = [...steps].map(([order, done]) => [order, (done as number[]).toSorted((a, b) => a - b)] as const);
  expect(new Map(inOrder)).toEqual(new Map(Array.from({ length: 20 }, (_, order) => [`o-${order}`, tenSteps])));
  expect(tries).toBeGreaterThanOrEqual(charges.length);
});
