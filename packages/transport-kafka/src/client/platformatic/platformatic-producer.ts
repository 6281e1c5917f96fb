import type { MessageRecord } from '@platformatic/kafka';
import { KafkaTransportError } from '../../kafka-error.ts';
import type { KafkaProducer, ProducerBatch, WireRecord } from '../kafka-producer.ts';
import { nextSequence } from '../next-sequence.ts';
import { askAgain } from './ask-again.ts';
import { createCluster } from './cluster.ts';
import { openConnections } from './connections.ts';
import { errorName } from './error-name.ts';
import type { Platformatic } from './load-platformatic.ts';
import type { PlatformaticSettings } from './platformatic-settings.ts';

/**
 * An idempotent session that keeps its producer id and its sequence numbers itself. The library's own `Producer` takes a new id as soon as a
 * send has failed or its numbers are refused, and sends the batch once more under it: then nothing recognises the repetition.
 */
export async function openPlatformaticProducer(
  platformatic: Platformatic,
  settings: PlatformaticSettings,
): Promise<KafkaProducer> {
  const { initProducerIdV4, produceV9, NumericMap, ProduceAcks } = platformatic;
  const connections = openConnections(platformatic, settings);
  const cluster = createCluster({ platformatic, settings, connections });
  const session = await askAgain(settings, () =>
    cluster.askAny((connection) => initProducerIdV4.api.async(connection, null, settings.requestTimeoutMs, -1n, -1)),
  ).catch((error: unknown) => {
    connections.close();
    throw error;
  });
  /** The number of the next batch: it moves when a batch is in, so that the same batch always has the same number. */
  const sequences = new NumericMap();
  const produce = async ({ topic, partition, records, begin }: ProducerBatch): Promise<void> => {
    const messages = records.map((record) => messageOf(record, topic, partition));
    const leader = await cluster.leaderOf(topic, partition);
    await connections.request(leader, settings.requestTimeoutMs, (connection) => {
      if (!begin()) throw new KafkaTransportError('publish-unanswered', 'Nobody waits for this batch any more.');
      return produceV9.api.async(connection, ProduceAcks.ALL, settings.requestTimeoutMs, messages, {
        producerId: session.producerId,
        producerEpoch: session.producerEpoch,
        sequences,
        compression: settings.compression,
      });
    });
  };
  return {
    send: async (batch) => {
      const { topic, partition, records } = batch;
      try {
        await produce(batch);
      } catch (error) {
        cluster.forgetTopic(topic);
        // The broker has the batch, and later ones as well: an answer to a repetition that took a long way.
        if (errorName(error) !== 'DUPLICATE_SEQUENCE_NUMBER') throw error;
      }
      const lane = `${topic}:${partition}`;
      sequences.set(lane, nextSequence(sequences.getWithDefault(lane, 0), records.length));
    },
    close: () => {
      connections.close();
      return Promise.resolve();
    },
  };
}

function messageOf({ key, value, headers, timestampMs }: WireRecord, topic: string, partition: number): MessageRecord {
  const entries = Object.entries(headers);
  return {
    ...(key === null ? {} : { key: viewOf(key) }),
    value: viewOf(value),
    headers: new Map(entries.map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
    topic,
    partition,
    timestamp: BigInt(timestampMs),
  };
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
