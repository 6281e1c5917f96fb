import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { brokerFootprint, type BrokerFootprint } from './broker-footprint.ts';
import { processRow } from './process-identity.ts';

const launcher = new URL('../start-broker.ts', import.meta.url).href;

interface Runner {
  readonly child: ChildProcess;
  readonly footprint: BrokerFootprint;
}

/** A process of its own that starts a broker, does `then` with it, and stays. */
async function startRunner(kind: string, then: string): Promise<Runner> {
  const program = `
    const { startBroker } = await import(${JSON.stringify(launcher)});
    const broker = await startBroker('${kind}', { origins: ['native'] });
    ${then};
    console.log('ready');
    process.stdin.on('data', () => process.exit(0));`;
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') break;
  return { child, footprint: brokerFootprint(child.pid ?? 0) };
}

const leftOf = ({ folders, processes }: BrokerFootprint) => ({
  processes: processes.filter((pid) => processRow(pid) !== undefined),
  folders: folders.filter(existsSync),
});

async function expectNothingLeft(footprint: BrokerFootprint): Promise<void> {
  for (let tries = 0; tries < 100 && leftOf(footprint).folders.length > 0; tries += 1) await sleep(50);
  expect(leftOf(footprint)).toEqual({ processes: [], folders: [] });
}

describe('when the runner ends without stopping its broker', { timeout: 120_000 }, () => {
  test.each(['rabbitmq', 'redis', 'postgres'])('kill -9 of the runner leaves no %s behind', async (kind) => {
    const { child, footprint } = await startRunner(kind, '');
    expect(leftOf(footprint)).toEqual(footprint);
    expect(footprint.processes.length).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await expectNothingLeft(footprint);
  });

  test('kill -9 of the runner ends a paused server with all its children', async () => {
    const { child, footprint } = await startRunner('postgres', 'await broker.pause()');
    expect(footprint.processes.length).toBeGreaterThan(1);
    child.kill('SIGKILL');
    await expectNothingLeft(footprint);
  });

  test('process.exit leaves nothing behind', async () => {
    const { child, footprint } = await startRunner('redis', '');
    child.stdin?.write('exit\n');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await expectNothingLeft(footprint);
  });

  test('a broker that is not stopped does not keep the runner alive', async () => {
    const { child, footprint } = await startRunner('redis', 'process.stdin.unref()');
    child.stdin?.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    await expectNothingLeft(footprint);
  });
});
