import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { Broker, BrokerKind } from '../broker.ts';
import { probeKind } from '../probe/probe-kind.ts';
import { startBroker } from '../start-broker.ts';
import { brokerFootprint } from './broker-footprint.ts';
import { processRow } from './process-identity.ts';

const kinds = ['rabbitmq', 'redis', 'postgres'] as const;
const started: Broker[] = [];

const start = async (kind: BrokerKind): Promise<Broker> => {
  const broker = await startBroker(kind, { origins: ['native'] });
  started.push(broker);
  return broker;
};

const ask = (broker: Broker) => probeKind(broker.kind, new URL(broker.address));

afterEach(async () => {
  await Promise.all(started.splice(0).map((broker) => broker.stop()));
});

describe.each(kinds)('a native %s', { timeout: 120_000 }, (kind) => {
  test('answers on a loopback port of its own and names its product and version', async () => {
    const broker = await start(kind);
    expect(broker).toMatchObject({ kind, startedBy: 'native' });
    expect(new URL(broker.address).hostname).toBe('127.0.0.1');
    expect(await ask(broker)).toEqual({ product: broker.product, version: broker.version });
    expect(broker.version).toMatch(/^\d+\.\d+/);
  });

  test('runs beside another one, and the end of one is not the end of the other', async () => {
    const [first, second] = await Promise.all([start(kind), start(kind)]);
    expect(first.address).not.toBe(second.address);
    await first.kill9();
    await expect(ask(first)).rejects.toThrow(/ECONNREFUSED/);
    await expect(ask(second)).resolves.toMatchObject({ version: second.version });
  });

  test('is silent while it is paused and goes on when it is resumed', async () => {
    const broker = await start(kind);
    await broker.pause();
    await expect(ask(broker)).rejects.toThrow(/does not answer/);
    await broker.resume();
    await expect(ask(broker)).resolves.toMatchObject({ version: broker.version });
  });

  test('answers on the same address after a kill and after a polite restart', async () => {
    const broker = await start(kind);
    const before = brokerFootprint(process.pid).processes;
    await broker.kill9();
    expect(before.filter((pid) => processRow(pid) !== undefined)).toEqual([]);
    await broker.restart();
    const between = brokerFootprint(process.pid).processes;
    await broker.restart();
    expect(between.filter((pid) => processRow(pid) !== undefined)).toEqual([]);
    await expect(ask(broker)).resolves.toMatchObject({ version: broker.version });
  });

  test.each(['running', 'paused', 'killed'] as const)(
    'leaves no process and no folder when stopped while %s',
    async (state) => {
      const broker = await start(kind);
      const footprint = brokerFootprint(process.pid);
      expect(footprint.folders).toHaveLength(1);
      expect(footprint.processes.length).toBeGreaterThan(0);
      if (state === 'paused') await broker.pause();
      if (state === 'killed') await broker.kill9();
      await broker.stop();
      await broker.stop();
      expect(footprint.processes.filter((pid) => processRow(pid) !== undefined)).toEqual([]);
      expect(footprint.folders.filter(existsSync)).toEqual([]);
    },
  );
});
