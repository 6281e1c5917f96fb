import { pause } from '@waybill/core/driver';
import { everyBrokerKnows } from '../every-broker-knows.ts';
import type { KafkaAdmin, TopicDescription } from '../kafka-admin.ts';
import type { KafkajsBroker, KafkajsCluster, TopicMetadata } from './cluster.ts';
import type { AdminSettings } from './kafkajs-admin.ts';
import { retryAnswers, unknownTopic } from './retry-answers.ts';

type TopicQuestions = Pick<KafkaAdmin, 'describeTopics' | 'partitionsOf' | 'createTopics' | 'addPartitions'>;

/** Of Kafka: a topic among the things that have settings, and a setting that the topic itself was given. */
const topicResource = 2;
const setOnTopic = 1;

export function createTopicQuestions(cluster: () => KafkajsCluster, settings: AdminSettings): TopicQuestions {
  const ask = <Answer>(question: () => Promise<Answer>): Promise<Answer> => retryAnswers(settings, question);
  const timeout = settings.requestTimeoutMs;

  const untilKnownTo = async (nodeId: string, topic: string, partitions: number): Promise<void> => {
    const known = async (): Promise<number> => {
      const broker = await cluster().brokerPool.findBroker({ nodeId });
      return (await topicOf(broker, topic)).partitionMetadata.length;
    };
    const untilMs = settings.clock.monotonic() + timeout;
    while ((await retryAnswers(settings, known, unknownTopic)) < partitions && settings.clock.monotonic() < untilMs) {
      await pause(settings.clock, 50);
    }
  };

  const untilKnown = (topic: string, partitions = 1): Promise<void> =>
    everyBrokerKnows(
      cluster()
        .getNodeIds()
        .map((nodeId) => untilKnownTo(nodeId, topic, partitions)),
    );

  const describe = async (topic: string): Promise<readonly TopicDescription[]> => {
    const metadata = await ask(() => findTopic(cluster(), topic));
    if (metadata === undefined) return [];
    const { partitionMetadata } = metadata;
    const configuration = await ask(() => configurationOf(cluster(), topic));
    const replicas = partitionMetadata[0]?.replicas.length ?? 0;
    return [{ topic, partitions: partitionMetadata.length, replicas, configuration }];
  };

  return {
    describeTopics: async (topics) => (await Promise.all(topics.map(describe))).flat(),
    partitionsOf: async (topic) => (await ask(() => findTopic(cluster(), topic)))?.partitionMetadata.length,
    createTopics: async (topics) => {
      if (topics.length === 0) return;
      await ask(async () => {
        // Whoever is asked has to be the controller, where there is no KRaft yet.
        await cluster().refreshMetadata();
        const controller = await cluster().findControllerBroker();
        await controller.createTopics({ topics: topics.map(toRequest), timeout }).catch(ignoreExisting);
      });
      for (const { topic } of topics) await untilKnown(topic);
    },
    addPartitions: async (topic, partitions) => {
      await ask(async () => {
        await cluster().refreshMetadata();
        const controller = await cluster().findControllerBroker();
        await controller.createPartitions({ topicPartitions: [{ topic, count: partitions }], timeout });
      });
      await untilKnown(topic, partitions);
    },
  };
}

/** `undefined` where there is none. */
async function findTopic(cluster: KafkajsCluster, topic: string): Promise<TopicMetadata | undefined> {
  try {
    return await requireTopic(cluster, topic);
  } catch (error) {
    if (typeOf(error) === unknownTopic) return undefined;
    throw error;
  }
}

/** By one broker, without a look at the topics of others. */
export async function requireTopic(cluster: KafkajsCluster, topic: string): Promise<TopicMetadata> {
  return topicOf(await cluster.brokerPool.findConnectedBroker(), topic);
}

async function topicOf(broker: Pick<KafkajsBroker, 'metadata'>, topic: string): Promise<TopicMetadata> {
  const { topicMetadata } = await broker.metadata([topic]);
  const [metadata] = topicMetadata;
  if (metadata === undefined) throw new Error(`The broker says nothing of the topic '${topic}'.`);
  return metadata;
}

async function configurationOf(cluster: KafkajsCluster, topic: string): Promise<TopicDescription['configuration']> {
  const broker = await cluster.brokerPool.findConnectedBroker();
  const { resources } = await broker.describeConfigs({ resources: [{ type: topicResource, name: topic }] });
  const own = resources.flatMap(({ configEntries }) =>
    configEntries.filter(({ configSource }) => configSource === setOnTopic),
  );
  return Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]));
}

function toRequest({ topic, partitions, replicas, configuration }: TopicDescription) {
  return {
    topic,
    numPartitions: partitions,
    replicationFactor: replicas,
    configEntries: Object.entries(configuration).map(([name, value]) => ({ name, value })),
  };
}

/** Others may be faster. An answer for several topics is one error that holds those of each. */
function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error)) throw new TypeError('kafkajs rejects with errors.', { cause: error });
  const each: readonly unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];
  const other = each.find((one) => typeOf(one) !== 'TOPIC_ALREADY_EXISTS');
  if (other !== undefined) throw other instanceof Error ? other : error;
}

function typeOf(error: unknown): unknown {
  return error instanceof Error && 'type' in error ? error.type : undefined;
}
