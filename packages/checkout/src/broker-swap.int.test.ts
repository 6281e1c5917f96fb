import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import {
  clientOf,
  createClosers,
  openProvider,
  orderIdOf,
  startShopProcess,
  submit,
  submitUnderLoad,
  untilPaid,
} from './testing/shop-process.ts';

const rabbit = await findBroker('rabbitmq', 'the checkout on RabbitMQ');
const aws = await findBroker('fauxqs', 'the checkout on SQS');
const kafka = await findBroker('kafka', 'the checkout on Kafka');

const closers = createClosers();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-swap-'));
});
afterEach(async () => {
  await closers.closeAll();
  await rm(folder, { recursive: true });
});
afterAll(async () => {
  await Promise.all([rabbit?.stop(), aws?.stop(), kafka?.stop()]);
});

const namePrefix = `shop-${process.pid}`;

/** Everything that differs from one run to the next. */
const transports = [
  { kind: 'memory' },
  { kind: 'rabbit', urls: [rabbit?.address ?? ''], namePrefix, partitions: 2 },
  { kind: 'sqs', region: 'us-east-1', endpoint: aws?.address ?? '', namePrefix: `${namePrefix}-`, longPollSeconds: 1 },
  { kind: 'kafka', brokers: [kafka === undefined ? '' : new URL(kafka.address).host], namePrefix, partitions: 2 },
] as const;
const isMissing = { memory: false, rabbit: rabbit === undefined, sqs: aws === undefined, kafka: kafka === undefined };

/** Where the SDK of AWS looks; in every run, whichever broker it has. */
const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/** The acceptance test of the checkout: buyers press twice, the shop is killed under load, and each wish is one order with one charge. */
test.for(transports)(
  'one line of the configuration changes the broker: $kind',
  { timeout: 300_000 },
  async (transport, { skip }) => {
    skip(isMissing[transport.kind], `${transport.kind} cannot be had here.`);
    const config = join(folder, 'waybill.config.json');
    await writeFile(config, JSON.stringify({ transport }));
    const { desk, url } = await openProvider(closers);
    const run = () =>
      startShopProcess({
        closers,
        data: join(folder, 'data'),
        args: ['--config', config, '--provider-url', url],
        env: credentials,
      });
    const wishes = Array.from({ length: 60 }, (_, at) => `wish-${at}`);
    const answers = new Map<string, string>();

    const first = run();
    const load = submitUnderLoad(await clientOf(first, closers), wishes, answers);
    await expect.poll(() => answers.size, { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(20);
    await first.kill9();
    await load;
    expect(answers.size).toBeLessThan(wishes.length);

    const shop = await clientOf(run(), closers);
    for (const wish of [...wishes, ...wishes]) {
      const orderId = orderIdOf(await submit(shop, wish));
      expect([wish, orderId]).toEqual([wish, answers.get(wish) ?? orderId]);
      answers.set(wish, orderId);
    }
    await untilPaid(shop, answers.values());
    expect(new Set(answers.values()).size).toBe(wishes.length);
    const charged = desk.ledger().map(({ orderId }) => orderId);
    expect(charged.toSorted()).toEqual([...answers.values()].toSorted());
  },
);

test('a broker that is not there, and a store beside the shop’s own, are refused with what to do', async () => {
  const config = join(folder, 'waybill.config.json');
  const refusalOf = async (content: object): Promise<string> => {
    await writeFile(config, JSON.stringify(content));
    const { output, ended } = startShopProcess({ closers, data: join(folder, 'data'), args: ['--config', config] });
    expect(await ended).toEqual([1, null]);
    return output.text;
  };
  expect(await refusalOf({ transport: { kind: 'pigeon' } })).toContain('npm install @waybill/transport-pigeon');
  expect(await refusalOf({ transport: { kind: 'rabbit', urls: ['amqp://localhost'], partitions: 0 } })).toContain(
    'partitions',
  );
  expect(await refusalOf({ transport: { kind: 'memory' }, store: { kind: 'pglite' } })).toContain('DATABASE_URL');
}, 60_000);
