import { BrokerNotAvailable } from './broker-not-available.ts';
import { brokerOrigins, type Broker, type BrokerKind, type BrokerOrigin, type StartBrokerOptions } from './broker.ts';
import { findDockerBroker } from './docker/docker-broker.ts';
import { findEnvironmentBroker } from './environment-broker.ts';
import { runNative } from './native/run-native.ts';

const defaults = {
  origins: brokerOrigins,
  environment: process.env,
  startTimeoutMs: 60_000,
  configuration: {},
  tls: false,
  log: (line: string): void => void process.stderr.write(`waybill-brokers: ${line}\n`),
} satisfies Required<StartBrokerOptions>;

/**
 * Gives a server to test against: the one the environment names, else a container when a Docker engine answers, else a
 * process of its own on free loopback ports. Several may run at once, also of one kind. What was started ends with
 * `stop`, and at the latest with this process, even if that is killed.
 * @throws BrokerNotAvailable with the reason and the remedy.
 */
export async function startBroker(kind: BrokerKind, options: StartBrokerOptions = {}): Promise<Broker> {
  const { origins, environment, startTimeoutMs, log, ...demands } = { ...defaults, ...options };
  if (demands.tls && kind !== 'rabbitmq') {
    throw new BrokerNotAvailable(kind, 'the launcher gives TLS to rabbitmq only', 'Leave `tls` out.');
  }
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
