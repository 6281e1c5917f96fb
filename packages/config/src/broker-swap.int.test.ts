import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { defineCommand, defineEvent } from '@waybill/core';
import type { Bus, Environment } from '@waybill/core';
import { afterAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { configuredBus } from './configured-bus.ts';

const broker = await findBroker('rabbitmq', 'the same program on RabbitMQ');
const kafkaBroker = await findBroker('kafka', 'the same program on Kafka');
const aws = await findBroker('fauxqs', 'the same program on SQS and SNS');

// Where the AWS SDK looks first.
vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([broker?.stop(), aws?.stop(), kafkaBroker?.stop()]);
});

const schema = z.object({ customer: z.string(), orderId: z.string() });
const byCustomer = { schema, orderingKey: (o: z.infer<typeof schema>) => o.customer };
const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  ...byCustomer,
  deduplicationKey: (o) => o.orderId,
});
const OrderCharged = defineEvent({ name: 'order-charged', version: 1, ...byCustomer });

const memory: Environment = { WAYBILL_TRANSPORT__KIND: 'memory' };
const rabbit: Environment = {
  WAYBILL_TRANSPORT__KIND: 'rabbit',
  WAYBILL_TRANSPORT__URLS: broker?.address ?? '',
  WAYBILL_TRANSPORT__NAME_PREFIX: `swap-${process.pid}`,
  WAYBILL_TRANSPORT__PARTITIONS: '2',
};

const sqs: Environment = {
  WAYBILL_TRANSPORT__KIND: 'sqs',
  WAYBILL_TRANSPORT__REGION: 'us-east-1',
  WAYBILL_TRANSPORT__ENDPOINT: aws?.address ?? '',
  WAYBILL_TRANSPORT__NAME_PREFIX: `swap-${process.pid}-`,
  WAYBILL_TRANSPORT__LONG_POLL_SECONDS: '1',
};

const kafka: Environment = {
  WAYBILL_TRANSPORT__KIND: 'kafka',
  WAYBILL_TRANSPORT__BROKERS: kafkaBroker === undefined ? '' : new URL(kafkaBroker.address).host,
  WAYBILL_TRANSPORT__NAME_PREFIX: `swap-${process.pid}`,
  WAYBILL_TRANSPORT__PARTITIONS: '2',
};

/** One program, which knows no broker: every order is charged once and in its customer's order, and two groups hear of it. */
async function chargeEverything(env: Environment): Promise<ReadonlyMap<string, readonly string[]>> {
  const seen = new Map<string, string[]>();
  const note = (name: string, orderId: string): void => void seen.set(name, [...(seen.get(name) ?? []), orderId]);
  const bus: Bus = await configuredBus({ cwd: import.meta.dirname, env });
  bus.handle(
    ChargeOrder,
    async (order, { publish }) => {
      note(`charged ${order.customer}`, order.orderId);
      await publish(OrderCharged, order);
    },
    { effect: 'once', durability: 'volatile' },
  );
  for (const group of ['mail', 'ledger']) {
    const hear = ({ customer, orderId }: z.infer<typeof schema>): void => note(`${group} ${customer}`, orderId);
    bus.handle(OrderCharged, hear, { group, durability: 'volatile' });
  }
  await bus.start();
  const orders = ['1', '2', '3', '4', '5'].flatMap((orderId) =>
    ['ada', 'bob'].map((customer) => ({ customer, orderId: `${customer}-${orderId}` })),
  );
  // The buyers press twice.
  await bus.publishAll(ChargeOrder, [...orders, ...orders]);
  const isComplete = (): boolean => [...seen.values()].flat().length >= 30;
  while (!isComplete()) await sleep(5);
  await bus.drain({ timeoutMs: 20_000 });
  await bus.stop();
  return seen;
}

const customers = ['ada', 'bob'] as const;
const expected = new Map(
  ['charged', 'mail', 'ledger'].flatMap((name) =>
    customers.map((customer) => [
      `${name} ${customer}`,
      ['1', '2', '3', '4', '5'].map((orderId) => `${customer}-${orderId}`),
    ]),
  ),
);

test.for([
  ['memory', memory],
  ['rabbit', rabbit],
  ['sqs', sqs],
  ['kafka', kafka],
] as const)('the broker is a matter of configuration: %s', async ([kind, env], { skip }) => {
  skip(kind === 'rabbit' && broker === undefined, 'RabbitMQ cannot be had here.');
  skip(kind === 'kafka' && kafkaBroker === undefined, 'Kafka cannot be had here.');
  skip(kind === 'sqs' && aws === undefined, 'fauxqs cannot be had here.');
  expect(await chargeEverything(env)).toEqual(expected);
});
