import { dirname } from 'node:path';
import type { Broker, BrokerDemands } from '../broker.ts';
import { createBrokerFolder } from './broker-folder.ts';
import { enterRoot } from './enter-root.ts';
import type { Installation } from './installation.ts';
import type { Recipe } from './recipe.ts';
import { createServerProcess } from './server-process.ts';
import { startWatchdog } from './watchdog.ts';

/** Starts a server by its recipe. However this process ends, the server ends with it and leaves no files. */
export async function startNativeBroker(
  recipe: Recipe,
  { root, programs }: Installation,
  demands: Required<BrokerDemands>,
  startTimeoutMs: number,
): Promise<Broker> {
  const folder = createBrokerFolder(recipe.kind);
  const watchdog = startWatchdog(folder.path);
  try {
    const preparation = await recipe.prepare(programs, folder.path, demands);
    const entered = preparation.programs.map((program) =>
      root === '/' ? program : enterRoot(root, dirname(folder.path), program),
    );
    const server = createServerProcess({ ...preparation, programs: entered }, folder, startTimeoutMs);
    const { product, version } = await server.start();
    const { address, adminAddress, tls } = preparation;
    return {
      kind: recipe.kind,
      address,
      ...(adminAddress === undefined ? {} : { adminAddress }),
      ...(tls === undefined ? {} : { tls }),
      product,
      version,
      startedBy: 'native',
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
      },
    };
  } catch (error) {
    await watchdog.release();
    throw error;
  }
}
