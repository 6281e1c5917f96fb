import { KafkaTransportError } from '../../kafka-error.ts';
import type { KafkaSettings } from '../../options.ts';
import type { KafkaProducer, ProducerBatch } from '../kafka-producer.ts';
import { nextSequence } from '../next-sequence.ts';
import { createCluster } from './cluster.ts';
import type { KafkajsCluster } from './cluster.ts';
import { createKafka } from './create-kafka.ts';
import type { ConnectionSettings } from './create-kafka.ts';
import { codecOf } from './producer/codec-of.ts';
import { encodeBatch, encodeCompressedBatch } from './producer/encode-batch.ts';
import type { BatchIdentity } from './producer/encode-batch.ts';
import { createLeaders } from './producer/leaders.ts';
import { createRequestGatherer } from './producer/request-gatherer.ts';

/** The lanes try again, and know what they try. */
const noRetry = { retries: 0 } as const;

/** Ends a transaction that nobody ever begins. */
const transactionTimeoutMs = 60_000;

/**
 * An idempotent session over kafkajs's connections, with a producer id and sequence numbers of its own. kafkajs's public producer numbers every try
 * anew, tries again by itself, also after it was told to end, and answers success for a partition that is not there (kafka-facts.md §1).
 */
export async function openKafkajsProducer(
  settings: ConnectionSettings & Pick<KafkaSettings, 'compression' | 'publishTimeoutMs'>,
): Promise<KafkaProducer> {
  const timeoutMs = Math.min(settings.requestTimeoutMs, settings.publishTimeoutMs);
  const codec = codecOf(settings.compression);
  const cluster = createCluster(createKafka({ ...settings, requestTimeoutMs: timeoutMs }, noRetry));
  const { producerId, producerEpoch } = await openSession(cluster);
  const leaders = createLeaders(cluster);
  const gatherer = createRequestGatherer(timeoutMs);
  /** The number of the next batch: it moves when a batch is in, so that the same batch always has the same number. */
  const sequences = new Map<string, number>();
  let isClosed = false;

  const encode = (records: ProducerBatch['records'], identity: BatchIdentity): Buffer | Promise<Buffer> =>
    codec === undefined ? encodeBatch(records, identity) : encodeCompressedBatch(records, identity, codec);

  return {
    send: async ({ topic, partition, records, begin }) => {
      if (isClosed) throw closed();
      const name = `${topic}:${partition}`;
      const firstSequence = sequences.get(name) ?? 0;
      try {
        // No turn in between where none is needed: what all lanes send in one turn shares a request.
        const connection = leaders.known(topic, partition) ?? (await leaders.find(topic, partition));
        const encoded = encode(records, { producerId, producerEpoch, firstSequence });
        const batch = Buffer.isBuffer(encoded) ? encoded : await encoded;
        await gatherer.send(connection, { topic, partition, batch, begin: () => !isClosed && begin() });
      } catch (error) {
        leaders.forget(topic, partition);
        throw error;
      }
      sequences.set(name, nextSequence(firstSequence, records.length));
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await end(cluster);
    },
  };
}

async function openSession(cluster: KafkajsCluster): Promise<Omit<BatchIdentity, 'firstSequence'>> {
  try {
    await cluster.connect();
    const broker = cluster.brokerPool.seedBroker;
    if (broker === undefined) throw new TypeError('This is not kafkajs 2.2: no broker is the first one.');
    const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: transactionTimeoutMs });
    return { producerId: BigInt(producerId), producerEpoch };
  } catch (error) {
    await end(cluster);
    throw error;
  }
}

/** At once: kafkajs would wait for what is under way, which a frozen broker never answers. */
async function end(cluster: KafkajsCluster): Promise<void> {
  const { seedBroker, brokers } = cluster.brokerPool;
  const all = [...Object.values(brokers), ...(seedBroker === undefined ? [] : [seedBroker])];
  const connections = all.flatMap(({ connectionPool }) => connectionPool.pool);
  for (const connection of connections) connection.rejectRequests(givenUp());
  await cluster.disconnect();
  for (const { socket } of connections) socket?.destroy();
}

function givenUp(): KafkaTransportError {
  return new KafkaTransportError('session-given-up', 'The session was closed before the answer came.');
}

function closed(): KafkaTransportError {
  return new KafkaTransportError('closed', 'The session is closed.');
}
