import { existsSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { Broker } from '../broker.ts';
import { findBroker } from '../find-broker.ts';
import { probeKind } from '../probe/probe-kind.ts';
import { startBroker } from '../start-broker.ts';
import { brokerFootprint } from './broker-footprint.ts';
import { processRow } from './process-identity.ts';

const products = {
  fauxqs: 'fauxqs',
  elasticmq: 'ElasticMQ',
  localstack: 'LocalStack',
  ministack: 'ministack',
} as const;
const kinds = Object.keys(products) as readonly (keyof typeof products)[];

const found = new Map<string, Broker | undefined>();
for (const kind of kinds) found.set(kind, await findBroker(kind, `the launch of ${kind}`, { origins: ['native'] }));

afterAll(() => Promise.all([...found.values()].map(async (broker) => broker?.stop())));

const ask = ({ kind, address }: Broker) => probeKind(kind, new URL(address));

/** What a client of the SDK would send, past any signature. */
const call = async (broker: Broker, action: string, body: Readonly<Record<string, unknown>>): Promise<unknown> => {
  const answer = await fetch(broker.address, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    body: JSON.stringify(body),
  });
  return answer.json();
};

describe.each(kinds.filter((kind) => found.get(kind) !== undefined))('a native %s', { timeout: 120_000 }, (kind) => {
  const broker = found.get(kind) as Broker;

  test('answers on a loopback port of its own and names its product and version', async () => {
    expect(broker).toMatchObject({ kind, product: products[kind], startedBy: 'native' });
    expect(broker.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(broker.version).toMatch(/^\d+\.\d+\.\d+/);
    expect((await ask(broker)).product).toBe(products[kind]);
  });

  test('is taken from the environment where that names it, and another emulator is not taken for it', async () => {
    const variable = `WAYBILL_${kind.toUpperCase()}_URL`;
    const named = await startBroker(kind, { environment: { [variable]: broker.address } });
    expect(named).toMatchObject({ kind, address: broker.address, startedBy: 'environment' });
    const other = kind === 'fauxqs' ? 'ministack' : 'fauxqs';
    await expect(probeKind(other, new URL(broker.address))).rejects.toThrow(/answers? (?:with status|as)/);
  });

  test('is silent while it is paused and goes on when it is resumed', async () => {
    await broker.pause();
    await expect(ask(broker)).rejects.toThrow(/does not answer/);
    await broker.resume();
    await expect(ask(broker)).resolves.toMatchObject({ product: products[kind] });
  });

  test('comes back on the same address after a kill, without the queues that it had', async () => {
    await call(broker, 'CreateQueue', { QueueName: 'orders' });
    expect(await call(broker, 'ListQueues', {})).toMatchObject({ QueueUrls: [expect.stringContaining('orders')] });
    await broker.kill9();
    await expect(ask(broker)).rejects.toThrow(/ECONNREFUSED/);
    await broker.restart();
    expect(JSON.stringify(await call(broker, 'ListQueues', {}))).not.toContain('orders');
  });

  test('leaves no process and no folder when it is stopped', async () => {
    const before = brokerFootprint(process.pid);
    await broker.stop();
    const after = brokerFootprint(process.pid);
    const processes = before.processes.filter((pid) => !after.processes.includes(pid));
    const folders = before.folders.filter((folder) => !after.folders.includes(folder));
    expect([processes.length > 0, folders.length]).toEqual([true, 1]);
    expect(processes.filter((pid) => processRow(pid) !== undefined)).toEqual([]);
    expect(folders.filter(existsSync)).toEqual([]);
  });
});
