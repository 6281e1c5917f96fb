import type { Kafka } from 'kafkajs';

/**
 * What admin and producer use of kafkajs's own connections. Its public admin cannot fetch at an offset or commit without a member, and waits
 * long; its public producer loses records (kafka-facts.md §1).
 */
export interface KafkajsCluster {
  readonly isConnected: () => boolean;
  readonly connect: () => Promise<void>;
  readonly disconnect: () => Promise<void>;
  readonly refreshMetadata: () => Promise<void>;
  readonly findControllerBroker: () => Promise<KafkajsBroker>;
  readonly findGroupCoordinator: (group: { readonly groupId: string }) => Promise<KafkajsBroker>;
  readonly brokerPool: {
    /** The one that was connected to first. */
    readonly seedBroker?: KafkajsBroker;
    readonly brokers: Readonly<Record<string, KafkajsBroker>>;
    /** Of the last refresh, which says nothing of topics that it did not ask for. */
    readonly metadata: { readonly topicMetadata: readonly TopicMetadata[] } | null;
    /** Knows the brokers from then on. Throws what the broker says of a topic. */
    readonly refreshMetadata: (topics: readonly string[]) => Promise<void>;
    readonly findConnectedBroker: () => Promise<KafkajsBroker>;
    readonly findBroker: (node: { readonly nodeId: string }) => Promise<KafkajsBroker>;
  };
  readonly getNodeIds: () => readonly string[];
}

export interface TopicMetadata {
  readonly topic: string;
  readonly partitionMetadata: readonly {
    readonly partitionId: number;
    readonly leader: number;
    readonly replicas: readonly number[];
  }[];
}

interface ByTopic<Partition> {
  readonly topic: string;
  readonly partitions: readonly Partition[];
}

interface ConfigEntry {
  readonly configName: string;
  readonly configValue: string;
  /** 1 where the topic itself was given it. */
  readonly configSource: number;
}

/** One socket. */
export interface KafkajsConnection {
  readonly isConnected: () => boolean;
  /** Rejects at once when it is not connected. */
  readonly send: <Decoded, Answer>(exchange: {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      /** The result looks like kafkajs's encoder. */
      readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
    };
    readonly response: {
      readonly decode: (payload: Buffer) => Promise<Decoded>;
      readonly parse: (decoded: Decoded) => Promise<Answer>;
    };
  }) => Promise<Answer>;
  /** Ends what is under way. */
  readonly rejectRequests: (error: Error) => void;
  /** Waits for what is under way. */
  readonly disconnect: () => Promise<unknown>;
  readonly socket?: { readonly destroy: () => void };
}

/** One broker. A method rejects with what the broker answered; 64-bit numbers are texts. */
export interface KafkajsBroker {
  /** The second connection is for fetches. */
  readonly connectionPool: { readonly pool: readonly KafkajsConnection[] };
  readonly initProducerId: (request: {
    readonly transactionTimeout: number;
  }) => Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
  readonly metadata: (topics: readonly string[]) => Promise<{ readonly topicMetadata: readonly TopicMetadata[] }>;
  readonly listOffsets: (request: {
    readonly replicaId: number;
    readonly isolationLevel: number;
    readonly topics: readonly ByTopic<{ readonly partition: number; readonly timestamp: string }>[];
  }) => Promise<{ readonly responses: readonly ByTopic<PartitionOffset>[] }>;
  readonly offsetFetch: (request: {
    readonly groupId: string;
    readonly topics: readonly ByTopic<{ readonly partition: number }>[];
  }) => Promise<{ readonly responses: readonly ByTopic<PartitionOffset>[] }>;
  readonly offsetCommit: (request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
    readonly topics: readonly ByTopic<PartitionOffset>[];
  }) => Promise<unknown>;
  readonly fetch: (request: {
    readonly replicaId: number;
    readonly isolationLevel: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly topics: readonly ByTopic<{
      readonly partition: number;
      readonly fetchOffset: string;
      readonly maxBytes: number;
    }>[];
  }) => Promise<{
    readonly responses: readonly {
      readonly partitions: readonly {
        readonly partition: number;
        readonly messages: readonly { readonly offset: string; readonly timestamp: string }[];
      }[];
    }[];
  }>;
  readonly createTopics: (request: {
    readonly topics: readonly {
      readonly topic: string;
      readonly numPartitions: number;
      readonly replicationFactor: number;
      readonly configEntries: readonly { readonly name: string; readonly value: string }[];
    }[];
    readonly timeout: number;
  }) => Promise<unknown>;
  readonly createPartitions: (request: {
    readonly topicPartitions: readonly { readonly topic: string; readonly count: number }[];
    readonly timeout: number;
  }) => Promise<unknown>;
  readonly describeConfigs: (request: {
    readonly resources: readonly { readonly type: number; readonly name: string }[];
  }) => Promise<{ readonly resources: readonly { readonly configEntries: readonly ConfigEntry[] }[] }>;
  readonly describeGroups: (request: {
    readonly groupIds: readonly string[];
  }) => Promise<{ readonly groups: readonly { readonly members: readonly unknown[] }[] }>;
  readonly findGroupCoordinator: (group: { readonly groupId: string }) => Promise<unknown>;
  readonly listGroups: () => Promise<{ readonly groups: readonly { readonly groupId: string }[] }>;
}

interface PartitionOffset {
  readonly partition: number;
  readonly offset: string;
}

/** Connections of their own, by the function that kafkajs makes those of its producers with. */
export function createCluster(kafka: Kafka): KafkajsCluster {
  return clusterMakerOf(kafka).make({ allowAutoTopicCreation: false });
}

interface ClusterMaker {
  readonly key: symbol;
  readonly make: (options: object) => KafkajsCluster;
}

/** kafkajs keeps the function that makes all its connections under a symbol. */
export function clusterMakerOf(kafka: Kafka): ClusterMaker {
  const key = Object.getOwnPropertySymbols(kafka).find(({ description }) => description?.endsWith(':createCluster'));
  const make: unknown = key === undefined ? undefined : Reflect.get(kafka, key);
  if (key === undefined || typeof make !== 'function')
    throw new TypeError('This is not kafkajs 2.2: it has no connections of its own.');
  return { key, make: make as ClusterMaker['make'] };
}
