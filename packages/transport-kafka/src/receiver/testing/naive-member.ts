import kafkajs from 'kafkajs';
import type { Consumer, ConsumerConfig, ConsumerRunConfig, ConsumerSubscribeTopic, KafkaMessage } from 'kafkajs';

/** A member of a group by kafkajs alone. */
export interface NaiveMember {
  readonly consumer: Consumer;
  /** Bodies as they came, where nothing else was said of the run. */
  readonly read: readonly string[];
  /** What it has now. */
  readonly partitions: () => readonly number[];
}

export interface NaiveMemberOptions extends ConsumerConfig, ConsumerSubscribeTopic {
  /** `host:port` of one broker. */
  readonly broker: string;
  /** Default: reads, and commits nothing. */
  readonly run?: ConsumerRunConfig;
}

/** Starts one that hears of a change of its group as fast as ours in these tests. */
export async function openNaiveMember(options: NaiveMemberOptions): Promise<NaiveMember> {
  const { broker, topic, fromBeginning = true, run, ...config } = options;
  const kafka = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ sessionTimeout: 10_000, heartbeatInterval: 200, maxWaitTimeInMs: 100, ...config });
  const read: string[] = [];
  let partitions: readonly number[] = [];
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    partitions = payload.memberAssignment[String(topic)] ?? [];
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning });
  await consumer.run(run ?? { autoCommit: false, eachMessage: async ({ message }) => void read.push(bodyOf(message)) });
  return { consumer, read, partitions: () => partitions };
}

export const bodyOf = ({ value }: Pick<KafkaMessage, 'value'>): string => value?.toString() ?? '';
