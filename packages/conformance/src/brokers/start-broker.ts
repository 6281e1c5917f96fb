import { BrokerNotAvailable } from './broker-not-available.ts';
import {
  brokerOrigins,
  rabbitmqVersions,
  type Broker,
  type BrokerDemands,
  type BrokerKind,
  type BrokerOrigin,
  type RabbitmqVersion,
  type StartBrokerOptions,
} from './broker.ts';
import { findDockerBroker } from './docker/docker-broker.ts';
import { findEnvironmentBroker } from './environment-broker.ts';
import { versionVariable } from './environment-variables.ts';
import { runNative } from './native/run-native.ts';

/** Where a start tells what is worth knowing, unless it is told another place. */
export const startLog = (line: string): void => void process.stderr.write(`waybill-brokers: ${line}\n`);

const defaults = {
  origins: brokerOrigins,
  environment: process.env,
  startTimeoutMs: 60_000,
  configuration: {},
  tls: false,
  users: {},
  standbyOf: undefined,
  log: startLog,
} satisfies StartBrokerOptions;

/**
 * Gives a server to test against: the one the environment names, else a container when a Docker engine answers, else a
 * process of its own on free loopback ports. Several may run at once, also of one kind. What was started ends with
 * `stop`, and at the latest with this process, even if that is killed.
 * @throws BrokerNotAvailable with the reason and the remedy.
 */
export async function startBroker(kind: BrokerKind, options: StartBrokerOptions = {}): Promise<Broker> {
  const { origins, environment, startTimeoutMs, log, ...rest } = { ...defaults, ...options };
  const demands = { ...rest, version: rest.version ?? usualVersion(kind, environment) };
  checkDemands(kind, demands);
  const find: Readonly<Record<BrokerOrigin, () => Promise<Broker | undefined>>> = {
    environment: () => findEnvironmentBroker(kind, environment, demands, startTimeoutMs),
    docker: () => findDockerBroker(kind, demands, startTimeoutMs, log),
    native: () => runNative(kind, demands, startTimeoutMs, log),
  };
  for (const origin of brokerOrigins.filter((each) => origins.includes(each))) {
    const broker = await find[origin]();
    if (broker !== undefined) return broker;
  }
  const reason = `none was found by way of ${origins.join(', ') || 'nothing'}`;
  throw new BrokerNotAvailable(kind, reason, 'Allow more origins.');
}

function usualVersion(kind: BrokerKind, environment: Readonly<Record<string, string | undefined>>): RabbitmqVersion {
  const wanted = kind === 'rabbitmq' ? environment[versionVariable] : undefined;
  if (wanted === undefined || wanted === '') return 'any';
  const version = rabbitmqVersions.find((known) => known === wanted);
  if (version !== undefined) return version;
  const reason = `${versionVariable} is none of ${rabbitmqVersions.join(', ')}`;
  throw new BrokerNotAvailable(kind, reason, `Correct ${versionVariable}, or remove it.`);
}

function checkDemands(kind: BrokerKind, { tls, users, version, standbyOf }: Required<BrokerDemands>): void {
  if (kind !== 'postgres' && standbyOf !== undefined) {
    throw new BrokerNotAvailable(kind, 'the launcher makes standbys of postgres only', 'Leave `standbyOf` out.');
  }
  if (tls && kind !== 'rabbitmq' && kind !== 'kafka') {
    throw new BrokerNotAvailable(kind, 'the launcher gives TLS to rabbitmq and kafka only', 'Leave `tls` out.');
  }
  if (kind !== 'kafka' && Object.keys(users).length > 0) {
    throw new BrokerNotAvailable(kind, 'the launcher gives users to kafka only', 'Leave `users` out.');
  }
  if (kind === 'rabbitmq' || version === 'any') return;
  throw new BrokerNotAvailable(kind, 'the launcher chooses versions of rabbitmq only', 'Leave `version` out.');
}
