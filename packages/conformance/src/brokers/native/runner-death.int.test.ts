import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import type { BrokerKind } from '../broker.ts';
import { startBroker } from '../start-broker.ts';
import { brokerFootprint, type BrokerFootprint } from './broker-footprint.ts';
import { whyNoOtherRelease } from './debian-releases.ts';
import { processRow } from './process-identity.ts';
import { processTree, signalEach, waitUntilGone } from './process-tree.ts';

/** Of those that are still there: what a starting server runs for a moment may end while one looks. */
function commandsOf(pids: readonly number[]): ReadonlyMap<number, string> {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '-p', pids.join(',')]);
  const rows = stdout.toString('utf8').trim().split('\n');
  return new Map(rows.map((row) => [Number.parseInt(row, 10), row]));
}

const launcher = new URL('../start-broker.ts', import.meta.url).href;

interface Runner {
  readonly child: ChildProcess;
  readonly footprint: BrokerFootprint;
}

/** A process of its own that starts brokers, all at once, does `then` with them, and stays. */
async function startRunner(kinds: readonly BrokerKind[], then = '', version = 'any'): Promise<Runner> {
  const program = `
    const { startBroker } = await import(${JSON.stringify(launcher)});
    const start = (kind) => startBroker(kind, { origins: ['native'], version: '${version}' });
    const brokers = await Promise.all(${JSON.stringify(kinds)}.map(start));
    ${then};
    console.log('ready');
    process.stdin.on('data', () => process.exit(0));`;
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') break;
  const footprint = brokerFootprint(child.pid ?? 0);
  expect(footprint.folders).toHaveLength(kinds.length);
  expect(footprint.processes.length).toBeGreaterThanOrEqual(kinds.length);
  return { child, footprint };
}

const leftOf = ({ folders, processes }: BrokerFootprint) => ({
  processes: processes.filter((pid) => processRow(pid) !== undefined),
  folders: folders.filter(existsSync),
});

/** Of a process that was killed the folder may go first: a big one takes a moment to end. */
const expectNothingLeft = (footprint: BrokerFootprint): Promise<void> =>
  expect.poll(() => leftOf(footprint), { timeout: 10_000 }).toEqual({ processes: [], folders: [] });

describe('when the runner ends without stopping its broker', { timeout: 120_000 }, () => {
  test('kill -9 of the runner leaves none of its brokers behind', async () => {
    const { child, footprint } = await startRunner(['rabbitmq', 'redis', 'postgres', 'redis']);
    child.kill('SIGKILL');
    await expectNothingLeft(footprint);
  });

  test.runIf(whyNoOtherRelease() === undefined)('nor one that runs in a root of its own', async () => {
    const { child, footprint } = await startRunner(['rabbitmq'], '', '4');
    child.kill('SIGKILL');
    await expectNothingLeft(footprint);
  });

  test('kill -9 of the runner ends a paused server with all its children', async () => {
    const { child, footprint } = await startRunner(['postgres'], 'await brokers[0].pause()');
    expect(footprint.processes.length).toBeGreaterThan(1);
    child.kill('SIGKILL');
    await expectNothingLeft(footprint);
  });

  test('what is left when even the watchdogs were killed is swept by the next start', async () => {
    const { child, footprint } = await startRunner(['redis', 'postgres']);
    const commands = commandsOf(processTree(child.pid ?? 0));
    const watchdogs = [...commands.keys()].filter((pid) => commands.get(pid)?.includes('waybill-brokers-watchdog'));
    expect(watchdogs).toHaveLength(2);
    signalEach([...watchdogs, child.pid ?? 0], 'SIGKILL');
    await waitUntilGone([...watchdogs, child.pid ?? 0], 5000);
    const next = await startBroker('redis', { origins: ['native'] });
    await next.stop();
    await expectNothingLeft(footprint);
  });

  test('process.exit leaves nothing behind', async () => {
    const { child, footprint } = await startRunner(['redis']);
    child.stdin?.write('exit\n');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await expectNothingLeft(footprint);
  });

  test('a broker that is not stopped does not keep the runner alive', async () => {
    const { child, footprint } = await startRunner(['redis']);
    child.stdin?.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    await expectNothingLeft(footprint);
  });
});
