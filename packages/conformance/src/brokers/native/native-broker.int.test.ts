import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../broker.ts';
import { probeKind } from '../probe/probe-kind.ts';
import { startBroker } from '../start-broker.ts';
import { brokerFootprint, type BrokerFootprint } from './broker-footprint.ts';
import { processRow } from './process-identity.ts';

const ask = (broker: Broker) => probeKind(broker.kind, new URL(broker.address));

const leftOf = ({ folders, processes }: BrokerFootprint) => ({
  processes: processes.filter((pid) => processRow(pid) !== undefined),
  folders: folders.filter(existsSync),
});

/** Some of these processes are gone, and those that are not belong to a broker that still runs. */
function expectGone(before: readonly number[]): void {
  const { processes } = brokerFootprint(process.pid);
  const rest = before.filter((pid) => !processes.includes(pid));
  expect(rest.length).toBeGreaterThan(0);
  expect(rest.filter((pid) => processRow(pid) !== undefined)).toEqual([]);
}

// Two of a kind for all tests, in their order, because the start of a RabbitMQ is slow: each test leaves both running.
describe.each(['rabbitmq', 'redis', 'postgres', 'pgbouncer'] as const)('a native %s', { timeout: 120_000 }, (kind) => {
  let first: Broker;
  let second: Broker;

  beforeAll(async () => {
    [first, second] = await Promise.all([
      startBroker(kind, { origins: ['native'] }),
      startBroker(kind, { origins: ['native'] }),
    ]);
  }, 120_000);

  afterAll(() => Promise.all([first.stop(), second.stop()]));

  test('answers on a loopback port of its own and names its product and version', async () => {
    for (const broker of [first, second]) {
      expect(broker).toMatchObject({ kind, startedBy: 'native' });
      expect(new URL(broker.address).hostname).toBe('127.0.0.1');
      expect(await ask(broker)).toEqual({ product: broker.product, version: broker.version });
      expect(broker.version).toMatch(/^\d+\.\d+/);
    }
    expect(first.address).not.toBe(second.address);
  });

  test('is silent while it is paused and goes on when it is resumed', async () => {
    await first.pause();
    await expect(ask(first)).rejects.toThrow(/does not answer/);
    await first.resume();
    await expect(ask(first)).resolves.toMatchObject({ version: first.version });
  });

  test('is gone when it is killed, while another one goes on, and comes back on the same address', async () => {
    const before = brokerFootprint(process.pid).processes;
    await first.kill9();
    expectGone(before);
    await expect(ask(first)).rejects.toThrow(/ECONNREFUSED/);
    await expect(ask(second)).resolves.toMatchObject({ version: second.version });
    await first.restart();
    await expect(ask(first)).resolves.toMatchObject({ version: first.version });
  });

  test('is another process on the same address after a polite restart', async () => {
    const before = brokerFootprint(process.pid).processes;
    await first.restart();
    expectGone(before);
    await expect(ask(first)).resolves.toMatchObject({ version: first.version });
  });

  test('leaves no process and no folder when it is stopped while running, paused or killed', async () => {
    const footprint = brokerFootprint(process.pid);
    expect(footprint.folders).toHaveLength(2);
    expect(footprint.processes.length).toBeGreaterThan(1);
    await first.pause();
    if (kind !== 'rabbitmq') await second.kill9();
    await Promise.all([first.stop(), second.stop()]);
    await first.stop();
    expect(leftOf(footprint)).toEqual({ processes: [], folders: [] });
  });
});
