import type { Broker } from '@platformatic/kafka';
import { everyBrokerKnows } from '../every-broker-knows.ts';
import type { KafkaAdmin, TopicDescription } from '../kafka-admin.ts';
import { askAgain } from './ask-again.ts';
import type { TopicLayout } from './cluster.ts';
import { errorName, wholeAnswer } from './error-name.ts';
import type { RequestContext } from './request-context.ts';

type TopicQuestions = Pick<KafkaAdmin, 'describeTopics' | 'partitionsOf' | 'createTopics' | 'addPartitions'>;

export function createTopicQuestions(context: RequestContext): TopicQuestions {
  const { platformatic, settings, cluster } = context;
  const { createPartitionsV3, createTopicsV7 } = platformatic;
  const { requestTimeoutMs } = settings;
  const describe = async (topic: string): Promise<readonly TopicDescription[]> => {
    const layout = await findLayout(context, topic);
    if (layout === undefined) return [];
    const configuration = await askAgain(settings, () => configurationOf(context, topic));
    return [{ topic, partitions: layout.leaders.length, replicas: layout.replicas, configuration }];
  };
  return {
    describeTopics: async (topics) => (await Promise.all(topics.map(describe))).flat(),
    partitionsOf: async (topic) => (await findLayout(context, topic))?.leaders.length,
    createTopics: async (topics) => {
      if (topics.length === 0) return;
      const answer = await cluster.askAny((connection) =>
        wholeAnswer(createTopicsV7.api.async(connection, topics.map(toRequest), requestTimeoutMs, false)),
      );
      const refused = answer.topics.find(({ errorCode }) => errorCode !== 0 && errorCode !== topicExists);
      if (refused !== undefined) throw new platformatic.ProtocolError(refused.errorCode, refused.errorMessage);
      for (const { topic } of topics) await untilKnown(context, topic, 1);
    },
    addPartitions: async (topic, count) => {
      await cluster.askAny((connection) =>
        createPartitionsV3.api.async(connection, [{ name: topic, count, assignments: null }], requestTimeoutMs, false),
      );
      await untilKnown(context, topic, count);
    },
  };
}

const topicExists = 36;

/** `undefined` where there is none. */
async function findLayout(context: RequestContext, topic: string): Promise<TopicLayout | undefined> {
  try {
    return await askAgain(context.settings, () => freshLayout(context, topic));
  } catch (error) {
    if (errorName(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
    throw error;
  }
}

/** As the topic is now: anybody may have changed it. */
export function freshLayout({ cluster }: RequestContext, topic: string): Promise<TopicLayout> {
  cluster.forgetTopic(topic);
  return cluster.layoutOf(topic);
}

/** Waits until a change has come around, with a leader for each partition. */
async function untilKnown(
  { platformatic, settings, cluster }: RequestContext,
  topic: string,
  partitions: number,
): Promise<void> {
  const look = async (broker: Broker): Promise<void> => {
    const { leaders } = await cluster.layoutAt(broker, topic);
    if (leaders.length >= partitions && !leaders.includes(undefined)) return;
    throw new platformatic.ProtocolError('LEADER_NOT_AVAILABLE');
  };
  const brokers = await cluster.brokers();
  await everyBrokerKnows(brokers.map((broker) => askAgain(settings, () => look(broker), 'UNKNOWN_TOPIC_OR_PARTITION')));
  cluster.forgetTopic(topic);
}

async function configurationOf(
  { platformatic, cluster }: RequestContext,
  topic: string,
): Promise<TopicDescription['configuration']> {
  const { describeConfigsV4, ConfigResourceTypes, ConfigSources } = platformatic;
  const asked = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: null };
  const { results } = await cluster.askAny((connection) =>
    describeConfigsV4.api.async(connection, [asked], false, false),
  );
  const own = (results[0]?.configs ?? []).filter(({ configSource }) => configSource === ConfigSources.TOPIC_CONFIG);
  return Object.fromEntries(own.map(({ name, value }) => [name, value ?? '']));
}

const toRequest = ({ topic, partitions, replicas, configuration }: TopicDescription) => ({
  name: topic,
  numPartitions: partitions,
  replicationFactor: replicas,
  assignments: [],
  configs: Object.entries(configuration).map(([name, value]) => ({ name, value })),
});
