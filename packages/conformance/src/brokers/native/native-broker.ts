import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Broker, BrokerDemands } from '../broker.ts';
import { createBrokerFolder } from './broker-folder.ts';
import { enterRoot } from './enter-root.ts';
import type { Installation } from './installation.ts';
import type { Program, Recipe } from './recipe.ts';
import { createServerProcess } from './server-process.ts';
import { startWatchdog } from './watchdog.ts';

/** Starts a server by its recipe. However this process ends, the server ends with it and leaves no files. */
export async function startNativeBroker(
  recipe: Recipe,
  installation: Installation,
  demands: Required<BrokerDemands>,
  startTimeoutMs: number,
): Promise<Broker> {
  const folder = createBrokerFolder(recipe.kind);
  const watchdog = startWatchdog(folder.path);
  try {
    const preparation = await recipe.prepare(installation.programs, folder.path, demands);
    const enter = (program: Program): Program =>
      installation.root === '/' ? program : enterRoot(installation.root, dirname(folder.path), program);
    const programs = preparation.programs.map(enter);
    const server = createServerProcess({ ...preparation, programs }, folder, startTimeoutMs);
    const { product, version } = await server.start();
    const { address, adminAddress, tls, sasl, control } = preparation;
    return {
      kind: recipe.kind,
      address,
      ...(adminAddress === undefined ? {} : { adminAddress }),
      ...(tls === undefined ? {} : { tls }),
      ...(sasl === undefined ? {} : { sasl }),
      product,
      version,
      startedBy: 'native',
      ...(control && { control: (...words) => runToEnd(enter(extend(control, words))) }),
      kill9: server.kill,
      restart: async () => {
        await server.end();
        await server.start();
      },
      pause: server.pause,
      resume: async () => server.resume(),
      stop: async () => {
        await server.kill();
        await watchdog.release();
        // The watchdog does it; this is for the case that somebody killed it.
        await rm(folder.path, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await watchdog.release();
    throw error;
  }
}

const extend = (program: Program, words: readonly string[]): Program => ({
  ...program,
  arguments: [...program.arguments, ...words],
});

async function runToEnd(program: Program): Promise<string> {
  const env = { ...process.env, ...program.environment };
  const { stdout } = await promisify(execFile)(program.command, [...program.arguments], { cwd: '/', env });
  return stdout;
}
