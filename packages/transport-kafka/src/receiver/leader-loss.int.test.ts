import { setTimeout as sleep } from 'node:timers/promises';
import { findKafkaCluster } from '@waybill/conformance/brokers';
import type { KafkaCluster } from '@waybill/conformance/brokers';
import { jumpsOf, repeatsOf, settledCount } from '@waybill/conformance/recording';
import type { Start } from '@waybill/conformance/recording';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { openKafkaClient } from '../client/open-kafka-client.ts';
import { createNames } from '../names.ts';
import { readOptions } from '../options.ts';
import { openTransportStage } from '../testing/transport-stage.ts';
import type { TransportStage } from '../testing/transport-stage.ts';

const cluster = await findKafkaCluster('consumers that lose a broker of three');
const keys = Array.from({ length: 48 }, (_, index) => `key-${index}`);
const partitions = 6;

describe.skipIf(cluster === undefined)('one of three brokers is killed under load', () => {
  const { nodes, addresses } = cluster as KafkaCluster;
  let restart: (() => Promise<void>) | undefined;

  afterEach(async () => {
    await restart?.();
    restart = undefined;
  }, 60_000);
  afterAll(() => cluster?.stop());

  const kill = async (id: number): Promise<void> => {
    const victim = nodes[id - 1];
    restart = async () => victim?.restart();
    await victim?.kill9();
  };

  test.each([
    ['kafkajs', 'leader'],
    ['kafkajs', 'coordinator'],
    ['platformatic', 'leader'],
    ['platformatic', 'coordinator'],
  ] as const)(
    'over %s nothing is missing and every key in order after the death of a %s',
    async (client, victim) => {
      const stage = await openTransportStage('kafka://127.0.0.1:1', {
        brokers: addresses,
        client,
        partitions,
        commitMs: 200,
      });
      onTestFinished(() => stage.close());
      const members = [await stage.consume(), await stage.consume()];
      const publishing = startPublishing(stage);
      onTestFinished(() => publishing.stop());
      await expect.poll(() => consumersIn(stage.log)).toBe(2);
      await sleep(500);
      const killedMs = performance.now();
      await kill(await victimOf(stage, victim));
      const before = publishing.counts();
      // The next of each key may have been sent before.
      const missing = (): readonly string[] => {
        const [handled, sent] = [highestIn(stage.log), publishing.counts()];
        return keys
          .filter((key) => (handled.get(key) ?? 0) <= (before.get(key) ?? 0) + 1)
          .map((key) => `${key}: ${handled.get(key)} of ${sent.get(key)}, ${before.get(key)} before`);
      };
      await expect.poll(missing, { timeout: 60_000, interval: 20 }).toEqual([]);
      const silentMs = Math.round(performance.now() - killedMs);
      await sleep(1000);
      await publishing.stop();
      await stage.untilSettled(60_000);
      await untilCommitted(stage);
      for (const member of members) await member.stop();
      const repeated = repeatsOf(stage.log).length;
      console.log(
        `  ${client}, ${victim}: all keys again after ${silentMs} ms; ${repeated} of ${stage.published()} twice`,
      );
      expect(settledCount(stage.log)).toBe(stage.published());
      expect(jumpsOf(stage.log)).toEqual([]);
    },
    180_000,
  );
});

const consumersIn = (log: readonly Start[]): number => new Set(log.map(({ consumer }) => consumer)).size;
const highestIn = (log: readonly Start[]): ReadonlyMap<string, number> => {
  const highest = new Map<string, number>();
  for (const { key, seq } of log) highest.set(key, Math.max(seq, highest.get(key) ?? 0));
  return highest;
};

interface Publishing {
  /** How many of each key are confirmed. */
  readonly counts: () => ReadonlyMap<string, number>;
  readonly stop: () => Promise<void>;
}

/** Publishes each key for itself, so that those of a living leader go on, until it is told to stop. */
function startPublishing(stage: TransportStage): Publishing {
  const stopped = new AbortController();
  const counts = new Map<string, number>();
  const publish = async (key: string): Promise<void> => {
    while (!stopped.signal.aborted) {
      await stage.publish([key], 1);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      await sleep(20);
    }
  };
  const publishing = Promise.all(keys.map(publish));
  return {
    counts: () => new Map(counts),
    stop: async () => {
      stopped.abort();
      await publishing;
    },
  };
}

/** The coordinator of the group, or else a broker that leads partitions and is not the coordinator; by its id. */
async function victimOf(stage: TransportStage, victim: 'leader' | 'coordinator'): Promise<number> {
  const names = createNames(stage.options.namePrefix ?? '');
  const kafka = new kafkajs.Kafka({ brokers: [...stage.options.brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const leadersOf = async (topic: string): Promise<readonly number[]> => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const found = topics[0]?.partitions ?? [];
    return found.toSorted((one, other) => one.partitionId - other.partitionId).map(({ leader }) => leader);
  };
  const coordinators = await leadersOf('__consumer_offsets');
  const leaders = await leadersOf(names.topicOf(stage.address));
  await admin.disconnect();
  const coordinator = coordinators[hashInJava(names.groupOf(stage.address)) % coordinators.length] ?? 0;
  return victim === 'coordinator' ? coordinator : (leaders.find((leader) => leader !== coordinator) ?? 0);
}

/** As Kafka chooses the partition of a group's offsets. The names here are ASCII. */
const hashInJava = (text: string): number =>
  Buffer.from(text).reduce((hash, char) => (Math.imul(hash, 31) + char) | 0, 0) & 0x7f_ff_ff_ff;

async function untilCommitted(stage: TransportStage): Promise<void> {
  const { admin, close } = await openKafkaClient(readOptions(stage.options));
  const names = createNames(stage.options.namePrefix ?? '');
  const topic = names.topicOf(stage.address);
  const lag = async (): Promise<number> => {
    const [ends, committed] = [await admin.endsOf(topic), await admin.committedOf(names.groupOf(stage.address), topic)];
    return [...ends].reduce((sum, [partition, { high }]) => sum + high - (committed.get(partition) ?? 0), 0);
  };
  await expect.poll(lag, { timeout: 30_000 }).toBe(0);
  await close();
}
