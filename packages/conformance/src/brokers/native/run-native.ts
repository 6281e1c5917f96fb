import { join } from 'node:path';
import { BrokerNotAvailable } from '../broker-not-available.ts';
import type { Broker, BrokerDemands, BrokerKind } from '../broker.ts';
import { sweepLeftovers } from './broker-folder.ts';
import { dynamodbRecipe } from './dynamodb.ts';
import { elasticmqRecipe } from './elasticmq.ts';
import { fauxqsRecipe } from './fauxqs.ts';
import { findInstallation, type Installation } from './installation.ts';
import { kafkaRecipe } from './kafka.ts';
import { localstackRecipe } from './localstack.ts';
import { ministackRecipe } from './ministack.ts';
import { startNativeBroker } from './native-broker.ts';
import { pgbouncerRecipe } from './pgbouncer.ts';
import { postgresRecipe } from './postgres.ts';
import { rabbitmqRecipe } from './rabbitmq.ts';
import type { Recipe } from './recipe.ts';
import { redisRecipe } from './redis.ts';

const recipes: Readonly<Record<BrokerKind, Recipe>> = {
  rabbitmq: rabbitmqRecipe,
  redis: redisRecipe,
  postgres: postgresRecipe,
  pgbouncer: pgbouncerRecipe,
  dynamodb: dynamodbRecipe,
  fauxqs: fauxqsRecipe,
  elasticmq: elasticmqRecipe,
  localstack: localstackRecipe,
  ministack: ministackRecipe,
  kafka: kafkaRecipe,
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
  for (const name of sweepLeftovers()) log(`removed what a runner that is gone left behind: ${name}`);
  const installation = await findInstallation(recipe, demands.version, log);
  try {
    return await startNativeBroker(recipe, installation, demands, startTimeoutMs);
  } catch (cause) {
    throw notStarted(kind, installation, cause);
  }
}

/** What to say of a server that is there and does not run. */
export function notStarted(kind: BrokerKind, { root, programs }: Installation, cause: unknown): BrokerNotAvailable {
  const why = cause instanceof Error ? cause.message : String(cause);
  const reason = `it was started from ${join(root, programs)} but ${why}`;
  return new BrokerNotAvailable(kind, reason, 'Read its log above, or name a server in the environment.', { cause });
}
