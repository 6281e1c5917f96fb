import type { Broker, StartBrokerOptions } from './broker.ts';
import { orNotRun } from './find-broker.ts';
import { sweepLeftovers } from './native/broker-folder.ts';
import { freePorts } from './native/free-ports.ts';
import { findInstallation } from './native/installation.ts';
import { prepareKafkaNode, type KafkaNodePorts } from './native/kafka-node.ts';
import { kafkaRecipe, newClusterId } from './native/kafka.ts';
import { startNativeBroker } from './native/native-broker.ts';
import { notStarted } from './native/run-native.ts';
import { describeKafka } from './probe/probe-kafka.ts';
import { waitForAnswer } from './probe/wait-for-answer.ts';
import { startLog } from './start-broker.ts';

/** Several brokers of Kafka that are one cluster. */
export interface KafkaCluster {
  /** Each with its own `kill9`, `restart`, `pause` and `resume`. The broker with id 1 is the first, and so on. */
  readonly nodes: readonly Broker[];
  /** `host:port` of all, as clients are given them. */
  readonly addresses: readonly string[];
  /** Ends all at once and removes their data. May be called again. */
  readonly stop: () => Promise<void>;
}

export interface KafkaClusterOptions extends Pick<StartBrokerOptions, 'configuration' | 'startTimeoutMs' | 'log'> {
  /** Default: 3. */
  readonly brokers?: number;
}

/**
 * Starts a Kafka of several nodes on this machine, each a broker and a controller in a process of its own. With three, topics have three
 * replicas of which two must have a record (`min.insync.replicas`), and any one node can die without the others stopping for longer than they
 * need to notice it (`broker.session.timeout.ms`, 3 s). Neither Docker nor the environment gives one.
 * @throws BrokerNotAvailable with the reason and the remedy.
 */
export async function startKafkaCluster(options: KafkaClusterOptions = {}): Promise<KafkaCluster> {
  const { brokers = 3, configuration = {}, startTimeoutMs = 60_000, log = startLog } = options;
  for (const name of sweepLeftovers()) log(`removed what a runner that is gone left behind: ${name}`);
  const installation = await findInstallation(kafkaRecipe, 'any', log);
  const demands = { configuration, users: {}, tls: false, version: 'any', standbyOf: undefined } as const;
  const nodePorts = await portsOf(brokers);
  const clusterId = newClusterId();
  const starting = nodePorts.map((_, index) =>
    startNativeBroker(
      {
        ...kafkaRecipe,
        prepare: (classpath, folder) =>
          prepareKafkaNode({ classpath, folder, demands, clusterId, id: index + 1, nodes: nodePorts }),
      },
      installation,
      demands,
      startTimeoutMs,
    ),
  );
  const settled = await Promise.allSettled(starting);
  const nodes = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    await Promise.all(starting);
    await Promise.all(nodePorts.map(({ port }) => waitForAnswer(() => knowsAll(port, brokers), startTimeoutMs)));
  } catch (cause) {
    await stop();
    throw notStarted('kafka', installation, cause);
  }
  return { nodes, addresses: nodePorts.map(({ port }) => `127.0.0.1:${port}`), stop };
}

/** A cluster for a file of tests, or `undefined` where none can be had, as with `findBroker`. */
export const findKafkaCluster = (
  subject: string,
  options: KafkaClusterOptions = {},
): Promise<KafkaCluster | undefined> => orNotRun(subject, () => startKafkaCluster(options));

async function portsOf(brokers: number): Promise<readonly KafkaNodePorts[]> {
  const ports = await freePorts(2 * brokers);
  return Array.from({ length: brokers }, (_, index) => ({
    port: ports[index] ?? 0,
    controllerPort: ports[brokers + index] ?? 0,
  }));
}

async function knowsAll(port: number, count: number): Promise<void> {
  const { brokers } = await describeKafka({ host: '127.0.0.1', port });
  if (brokers.length < count) throw new Error(`the broker at port ${port} knows ${brokers.length} of ${count}`);
}
