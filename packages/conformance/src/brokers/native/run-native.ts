import { BrokerNotAvailable } from '../broker-not-available.ts';
import type { Broker, BrokerDemands, BrokerKind } from '../broker.ts';
import { sweepLeftovers } from './broker-folder.ts';
import { installPackages, whyNotInstallable } from './install.ts';
import { startNativeBroker } from './native-broker.ts';
import { postgresRecipe } from './postgres.ts';
import { rabbitmqRecipe } from './rabbitmq.ts';
import type { Recipe } from './recipe.ts';
import { redisRecipe } from './redis.ts';

const recipes: Readonly<Partial<Record<BrokerKind, Recipe>>> = {
  rabbitmq: rabbitmqRecipe,
  redis: redisRecipe,
  postgres: postgresRecipe,
};

/**
 * Runs a server from the packages of the system, and installs those first where it may.
 * @throws BrokerNotAvailable where they are missing and may not be installed, or do not run.
 */
export async function runNative(
  kind: BrokerKind,
  demands: Required<BrokerDemands>,
  startTimeoutMs: number,
  log: (line: string) => void,
): Promise<Broker> {
  const recipe = recipes[kind];
  if (recipe === undefined) {
    throw new BrokerNotAvailable(kind, 'this launcher does not run it yet', 'It comes with its transport.');
  }
  for (const name of sweepLeftovers()) log(`removed what a runner that is gone left behind: ${name}`);
  const programs = recipe.findPrograms() ?? (await install(recipe, log));
  try {
    return await startNativeBroker(recipe, programs, demands, startTimeoutMs);
  } catch (cause) {
    const reason = `it was started from ${programs} but ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new BrokerNotAvailable(kind, reason, 'Read its log above, or name a server in the environment.', { cause });
  }
}

async function install(recipe: Recipe, log: (line: string) => void): Promise<string> {
  const remedy = `Install ${recipe.packages.join(', ')}, start Docker, or name a server in the environment.`;
  const obstacle = whyNotInstallable();
  if (obstacle !== undefined) throw new BrokerNotAvailable(recipe.kind, `not installed, and ${obstacle}`, remedy);
  try {
    await installPackages(recipe.packages, log);
  } catch (cause) {
    throw new BrokerNotAvailable(recipe.kind, 'its packages could not be installed', remedy, { cause });
  }
  const programs = recipe.findPrograms();
  if (programs === undefined) throw new BrokerNotAvailable(recipe.kind, 'its packages brought no server', remedy);
  return programs;
}
