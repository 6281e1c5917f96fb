import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RabbitAdmin } from './rabbit-admin.ts';

/** Runs commands of `rabbitmqctl` against a node that was started natively: the node's own process knows where it lives. */
export async function createRabbitmqctl(admin: RabbitAdmin): Promise<(...words: readonly string[]) => Promise<void>> {
  const environment = environmentOf(await processIdOf(admin));
  const program = join(dirname(environment['ERL_LIBS'] ?? ''), 'sbin', 'rabbitmqctl');
  return async (...words) => {
    await promisify(execFile)(program, [...words], { env: environment });
  };
}

/** Statistics of a young node take some seconds to appear. */
async function processIdOf(admin: RabbitAdmin): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [node] = await admin.read('nodes');
    if (typeof node?.['os_pid'] === 'string') return node['os_pid'];
    await sleep(200);
  }
  throw new Error('The node does not tell the id of its process.');
}

function environmentOf(processId: string): Readonly<Record<string, string>> {
  const lines = readFileSync(`/proc/${processId}/environ`, 'utf8').split('\0');
  return Object.fromEntries(
    lines.map((line): readonly [string, string] => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}
