import type { Broker, Connection, metadataV12 } from '@platformatic/kafka';
import type { Connections } from './connections.ts';
import { errorName, wholeAnswer } from './error-name.ts';
import type { Platformatic } from './load-platformatic.ts';
import type { PlatformaticSettings } from './platformatic-settings.ts';

/** A topic as its cluster describes it. */
export interface TopicLayout {
  readonly topic: string;
  /** By partition; `undefined` where there is no leader now. */
  readonly leaders: readonly (Broker | undefined)[];
  readonly replicas: number;
}

/** Who in the cluster answers for what. What was learned is kept until it is forgotten: whoever is refused forgets it. */
export interface Cluster {
  /** Asks any broker, another one after each failure. */
  readonly askAny: <Answer>(ask: (connection: Connection) => Promise<Answer>) => Promise<Answer>;
  /** Rejects with `UNKNOWN_TOPIC_OR_PARTITION` when there is none. */
  readonly layoutOf: (topic: string) => Promise<TopicLayout>;
  /** As this broker sees it now. Rejects as `layoutOf`. */
  readonly layoutAt: (broker: Broker, topic: string) => Promise<TopicLayout>;
  /** Rejects with `LEADER_NOT_AVAILABLE` while there is none. */
  readonly leaderOf: (topic: string, partition: number) => Promise<Broker>;
  readonly coordinatorOf: (groupId: string) => Promise<Broker>;
  readonly brokers: () => Promise<readonly Broker[]>;
  readonly forgetTopic: (topic: string) => void;
  readonly forgetCoordinator: (groupId: string) => void;
}

export interface ClusterOptions {
  readonly platformatic: Platformatic;
  readonly settings: PlatformaticSettings;
  readonly connections: Connections;
}

export function createCluster({ platformatic, settings, connections }: ClusterOptions): Cluster {
  const { metadataV12, findCoordinatorV4, ProtocolError, parseBroker } = platformatic;
  const bootstrap = settings.brokers.map((broker) => parseBroker(broker));
  let known: readonly Broker[] = [];
  let turn = 0;
  const askAny: Cluster['askAny'] = async (ask) => {
    // Those of the options first: an address that a broker gives for itself may lead nowhere from here.
    const brokers = [...bootstrap, ...known];
    const first = turn;
    for (;;) {
      const broker = brokers[turn % brokers.length] ?? unreachable();
      try {
        return await connections.request(broker, settings.requestTimeoutMs, ask);
      } catch (error) {
        if (errorName(error) !== undefined) throw error;
        turn += 1;
        if (turn - first >= brokers.length) throw error;
      }
    }
  };
  const askLayout = async (connection: Connection, topic: string): Promise<TopicLayout> => {
    const answer = await wholeAnswer(metadataV12.api.async(connection, [topic], false, false));
    known = answer.brokers;
    const found = answer.topics[0];
    if (found === undefined) throw new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION');
    if (found.errorCode !== 0) throw new ProtocolError(found.errorCode);
    return layoutFrom(topic, found, answer.brokers);
  };
  const readLayout = (topic: string): Promise<TopicLayout> => askAny((connection) => askLayout(connection, topic));
  const readCoordinator = async (groupId: string): Promise<Broker> => {
    const { coordinators } = await askAny((connection) => findCoordinatorV4.api.async(connection, 0, [groupId]));
    return coordinators[0] ?? unreachable();
  };
  const layouts = new Map<string, Promise<TopicLayout>>();
  const coordinators = new Map<string, Promise<Broker>>();
  const layoutOf: Cluster['layoutOf'] = (topic) => remembered(layouts, topic, readLayout);
  return {
    askAny,
    layoutOf,
    layoutAt: (broker, topic) =>
      connections.request(broker, settings.requestTimeoutMs, (connection) => askLayout(connection, topic)),
    leaderOf: async (topic, partition) => {
      const { leaders } = await layoutOf(topic);
      if (partition >= leaders.length) throw new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION');
      const leader = leaders[partition];
      if (leader === undefined) throw new ProtocolError('LEADER_NOT_AVAILABLE');
      return leader;
    },
    coordinatorOf: (groupId) => remembered(coordinators, groupId, readCoordinator),
    brokers: async () => (await askAny((connection) => metadataV12.api.async(connection, [], false, false))).brokers,
    forgetTopic: (topic) => layouts.delete(topic),
    forgetCoordinator: (groupId) => coordinators.delete(groupId),
  };
}

function layoutFrom(
  topic: string,
  { partitions }: metadataV12.MetadataResponseTopic,
  brokers: metadataV12.MetadataResponse['brokers'],
): TopicLayout {
  const leaders: (Broker | undefined)[] = [];
  for (const { partitionIndex, leaderId } of partitions) {
    leaders[partitionIndex] = brokers.find(({ nodeId }) => nodeId === leaderId);
  }
  return { topic, leaders, replicas: partitions[0]?.replicaNodes.length ?? 0 };
}

/** One question at a time for each name; a failed one is not kept. */
function remembered<Value>(
  kept: Map<string, Promise<Value>>,
  name: string,
  read: (name: string) => Promise<Value>,
): Promise<Value> {
  const before = kept.get(name);
  if (before !== undefined) return before;
  const asked = read(name);
  kept.set(name, asked);
  asked.catch(() => {
    if (kept.get(name) === asked) kept.delete(name);
  });
  return asked;
}

function unreachable(): never {
  throw new TypeError('There are no brokers to ask.');
}
