export interface TopicDescription {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  /** Those that the topic itself was given, by the names of Kafka, such as `retention.ms`. */
  readonly configuration: Readonly<Record<string, string>>;
}

/** The offsets that a partition has: `low` is the first that is there, `high` the one that the next record gets. */
export interface PartitionEnds {
  readonly low: number;
  readonly high: number;
}

/** Questions and changes that belong to no message. Every map is by partition. */
export interface KafkaAdmin {
  /** Leaves out what does not exist. */
  readonly describeTopics: (topics: readonly string[]) => Promise<readonly TopicDescription[]>;
  /** How many partitions a topic has; `undefined` where there is none. Needs less rights than a description. */
  readonly partitionsOf: (topic: string) => Promise<number | undefined>;
  /** Leaves alone what exists. */
  readonly createTopics: (topics: readonly TopicDescription[]) => Promise<void>;
  /** Up to `partitions` in all. */
  readonly addPartitions: (topic: string, partitions: number) => Promise<void>;
  readonly endsOf: (topic: string) => Promise<ReadonlyMap<number, PartitionEnds>>;
  /** The first offset whose record is not older than `timestampMs`; the high end where there is none. */
  readonly offsetsAt: (topic: string, timestampMs: number) => Promise<ReadonlyMap<number, number>>;
  /** Leaves out partitions without a commit. One of −2, by which kafkajs lets a group begin with the first record, is 0. */
  readonly committedOf: (groupId: string, topic: string) => Promise<ReadonlyMap<number, number>>;
  /** Only while the group has no members. */
  readonly setCommitted: (groupId: string, topic: string, offsets: ReadonlyMap<number, number>) => Promise<void>;
  readonly membersOf: (groupId: string) => Promise<number>;
  /** Every group of the cluster that may be seen. */
  readonly groupIds: () => Promise<readonly string[]>;
  /** When the record at each offset was written, in epoch milliseconds; leaves out offsets without a record. */
  readonly timestampsAt: (topic: string, offsets: ReadonlyMap<number, number>) => Promise<ReadonlyMap<number, number>>;
}
