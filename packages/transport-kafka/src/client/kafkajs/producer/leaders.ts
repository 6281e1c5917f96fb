import { KafkaTransportError } from '../../../kafka-error.ts';
import type { KafkajsCluster, KafkajsConnection, TopicMetadata } from '../cluster.ts';

/** Which connection leads to the leader of a partition. What was learned is kept until the connection ends or somebody forgets it. */
export interface Leaders {
  /** `undefined` when it must be asked for. */
  readonly known: (topic: string, partition: number) => KafkajsConnection | undefined;
  /** Asks the cluster. Rejects with `topic-missing`, with what a broker answers, or when none can be reached. */
  readonly find: (topic: string, partition: number) => Promise<KafkajsConnection>;
  readonly forget: (topic: string, partition: number) => void;
}

export function createLeaders(cluster: KafkajsCluster): Leaders {
  const connections = new Map<string, KafkajsConnection[]>();
  const asking = new Map<string, Promise<TopicMetadata>>();
  /** One question at a time: the answer to another topic's would stand where this one's is read. */
  let turn: Promise<unknown> = Promise.resolve();

  const ask = async (topic: string): Promise<TopicMetadata> => {
    if (!cluster.isConnected()) await cluster.connect();
    await cluster.brokerPool.refreshMetadata([topic]);
    const found = cluster.brokerPool.metadata?.topicMetadata.find((one) => one.topic === topic);
    if (found === undefined) throw new KafkaTransportError('topic-missing', `There is no topic '${topic}'.`);
    return found;
  };

  /** Lanes that ask at the same time share the answer. */
  const askOnce = (topic: string): Promise<TopicMetadata> => {
    const before = asking.get(topic);
    if (before !== undefined) return before;
    const asked = turn.then(() => ask(topic)).finally(() => asking.delete(topic));
    asking.set(topic, asked);
    turn = asked.catch(() => undefined);
    return asked;
  };

  const ofTopic = (topic: string): KafkajsConnection[] => {
    const found = connections.get(topic) ?? [];
    connections.set(topic, found);
    return found;
  };

  return {
    known: (topic, partition) => {
      const connection = connections.get(topic)?.[partition];
      return connection?.isConnected() === true ? connection : undefined;
    },
    find: async (topic, partition) => {
      const { partitionMetadata } = await askOnce(topic);
      const found = partitionMetadata.find(({ partitionId }) => partitionId === partition);
      if (found === undefined) throw partitionMissing(topic, partition);
      const broker = await cluster.brokerPool.findBroker({ nodeId: String(found.leader) });
      const connection = broker.connectionPool.pool[0];
      if (connection === undefined) throw new TypeError('This is not kafkajs 2.2: a broker has no connection.');
      ofTopic(topic)[partition] = connection;
      return connection;
    },
    forget: (topic, partition) => {
      delete connections.get(topic)?.[partition];
    },
  };
}

function partitionMissing(topic: string, partition: number): KafkaTransportError {
  return new KafkaTransportError('topic-missing', `The topic '${topic}' has no partition ${partition}.`);
}
