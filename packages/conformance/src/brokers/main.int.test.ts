import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { brokerFootprint } from './native/broker-footprint.ts';
import { processRow } from './native/process-identity.ts';
import { probeKind } from './probe/probe-kind.ts';

const main = new URL('main.ts', import.meta.url).pathname;
const children: ChildProcess[] = [];

/** Where this is the user's cache folder, nothing can be fetched. */
const noCache = { XDG_CACHE_HOME: main };

function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--conditions=source', main, ...words], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return { child, told: text(child.stderr), ended: once(child, 'close') as Promise<[number | null, string | null]> };
}

/** The environment that is printed, as soon as it is complete. */
async function exportsOf(child: ChildProcess, last: string): Promise<Readonly<Record<string, string>>> {
  let printed = '';
  for await (const chunk of child.stdout ?? []) {
    printed += String(chunk);
    if (new RegExp(`^export ${last}=.*\n`, 'm').test(printed)) break;
  }
  const lines = [...printed.matchAll(/^export (\w+)=(.*)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value] as const));
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('waybill-brokers up', { timeout: 120_000 }, () => {
  test.each([
    ['SIGINT', 'postgres', ['WAYBILL_POSTGRES_URL']],
    ['SIGTERM', 'rabbitmq', ['WAYBILL_RABBITMQ_URL', 'WAYBILL_RABBITMQ_ADMIN_URL']],
  ] as const)('keeps what it names running until %s, and leaves nothing', async (signal, kind, variables) => {
    const { child, told, ended } = run(['up', 'redis', kind]);
    const environment = await exportsOf(child, variables.at(-1) ?? '');
    expect(Object.keys(environment)).toEqual(['WAYBILL_REDIS_URL', ...variables]);
    const answer = await probeKind('redis', new URL(environment['WAYBILL_REDIS_URL'] ?? ''));
    const footprint = brokerFootprint(child.pid ?? 0);
    expect(footprint.folders).toHaveLength(2);

    child.kill(signal);
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(footprint.processes.filter((pid) => processRow(pid) !== undefined)).toEqual([]);
    expect(footprint.folders.filter(existsSync)).toEqual([]);
    expect(await told).toContain(`redis runs: ${answer.product} ${answer.version}`);
  });

  test('says why a named kind cannot be had, keeps the others running, and ends with status 1', async () => {
    const { child, told, ended } = run(['up', 'elasticmq', 'redis'], noCache);
    expect(await exportsOf(child, 'WAYBILL_REDIS_URL')).toHaveProperty('WAYBILL_REDIS_URL');
    child.kill('SIGINT');
    expect(await ended).toEqual([1, null]);
    expect(await told).toContain('elasticmq is not available: elasticmq could not be fetched: ENOTDIR');
  });

  test('ends at once with status 1 when nothing can be had', async () => {
    expect(await run(['up', 'elasticmq'], noCache).ended).toEqual([1, null]);
  });

  test('interrupted while a broker starts, leaves nothing', async () => {
    const { child, ended } = run(['up', 'rabbitmq']);
    while (brokerFootprint(child.pid ?? 0).processes.length < 2) await new Promise((done) => setTimeout(done, 20));
    const footprint = brokerFootprint(child.pid ?? 0);
    child.kill('SIGINT');
    expect(await ended).toEqual([1, null]);
    await expect.poll(() => footprint.folders.filter(existsSync), { timeout: 10_000 }).toEqual([]);
    const running = () => footprint.processes.filter((pid) => processRow(pid) !== undefined);
    await expect.poll(running, { timeout: 10_000 }).toEqual([]);
  });
});

test('a wrong usage ends with status 2 and says what is wrong', async () => {
  const { told, ended } = run(['up', 'mysql']);
  expect(await ended).toEqual([2, null]);
  expect(await told).toContain('unknown kind mysql');
});
