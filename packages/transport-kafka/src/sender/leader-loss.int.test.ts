import { randomUUID } from 'node:crypto';
import { findKafkaCluster } from '@waybill/conformance/brokers';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { kafkaTransport } from '../kafka-transport.ts';
import { createNames } from '../names.ts';
import { openNaiveProducer, sendNaively } from '../testing/naive-producer.ts';
import { readTopic } from '../testing/read-topic.ts';
import { saturate } from '../testing/saturate.ts';
import { tallyOf } from '../testing/tally.ts';

const cluster = await findKafkaCluster('loss of a leader');
const command = { kind: 'command', channel: 'orders' } as const;
const partitions = 6;

describe.skipIf(cluster === undefined)('a leader is killed at saturation', () => {
  const brokers = cluster?.addresses ?? [];
  const restarts: (() => Promise<void>)[] = [];

  /** Each broker leads two of the six partitions. */
  const killer = (at: number) => (): void => {
    const victim = cluster?.nodes[at];
    const killed = victim?.kill9();
    restarts.push(async () => {
      await killed;
      await victim?.restart();
    });
  };

  const restartAll = async (): Promise<void> => {
    for (const restart of restarts.splice(0)) await restart();
  };
  afterEach(restartAll, 60_000);
  afterAll(() => cluster?.stop());

  /** Creates the topic; whoever measures sends to it. */
  const openStage = async (client: 'kafkajs' | 'platformatic') => {
    const namePrefix = `loss-${randomUUID().slice(0, 8)}`;
    const transport = kafkaTransport({ brokers, client, namePrefix, partitions });
    await transport.ensureTopology({ channels: [command], subscriptions: [] });
    return { transport, topic: createNames(namePrefix).topicOf(command) };
  };

  test.each(['kafkajs', 'platformatic'] as const)(
    'over %s what was declared is there for whoever asks next, whichever broker is asked',
    async (client) => {
      const namePrefix = `known-${randomUUID().slice(0, 8)}`;
      const transport = kafkaTransport({ brokers, client, namePrefix, partitions });
      // Each begins with another broker, as other processes do.
      const others = brokers.map((_, first) => {
        const rotated = [...brokers.slice(first), ...brokers.slice(0, first)];
        return kafkaTransport({ brokers: rotated, client, namePrefix, partitions });
      });
      const channels = Array.from({ length: 20 }, (_, number) => ({ ...command, channel: `orders-${number}` }));
      const opened: unknown[] = [];
      for (const channel of channels) {
        await transport.ensureTopology({ channels: [channel], subscriptions: [] });
        const openings = others.map((other) => other.openSender(channel).catch(String));
        opened.push(...(await Promise.all(openings)));
      }
      await Promise.all([transport, ...others].map((each) => each.close()));
      expect(opened.filter((each) => typeof each === 'string')).toEqual([]);
    },
    60_000,
  );

  test.each([
    ['kafkajs', 1],
    ['platformatic', 2],
  ] as const)(
    'over %s nothing is lost, nothing is there twice and nothing is out of order',
    async (client, victim) => {
      const { transport, topic } = await openStage(client);
      const sender = await transport.openSender(command);
      const after = { confirmed: 30_000, run: killer(victim) };
      const load = { callers: 16, batch: 32, keysEach: 8, records: 150_016, after };
      const { confirmed, failed } = await saturate(sender, load);
      await transport.close();
      expect(restarts).toHaveLength(1);
      expect(failed).toBe(0);
      const found = await readTopic(brokers, topic);
      expect(tallyOf(confirmed, found)).toEqual({ lost: 0, duplicated: 0, reordered: 0 });
      expect(found).toHaveLength(150_016);
    },
    180_000,
  );

  /** How much of what it confirmed one send of the idempotent kafkajs over all leaders has lost. */
  const loseNaively = async (victim: number): Promise<number> => {
    const { transport, topic } = await openStage('kafkajs');
    await transport.close();
    const producer = await openNaiveProducer(brokers);
    const after = { confirmed: 30_000, run: killer(victim) };
    const load = {
      topic,
      callers: 1,
      batch: 252,
      records: 150_192,
      partitions: 'all',
      partitionCount: partitions,
      after,
    } as const;
    const confirmed = await sendNaively(producer, load);
    await producer.disconnect();
    const { lost } = tallyOf(confirmed, await readTopic(brokers, topic));
    console.log(`  naive: ${lost} of ${confirmed.length} confirmed records were lost`);
    return lost;
  };

  test('the naive way loses what it has confirmed: one send of the idempotent kafkajs over several leaders', async () => {
    let lost = 0;
    // Whether a send is under way when the node dies is a race, so a node that dies between two of them is followed by the next.
    for (let victim = 0; lost === 0 && victim < brokers.length; victim += 1) {
      lost = await loseNaively(victim);
      await restartAll();
    }
    expect(lost).toBeGreaterThan(0);
  }, 240_000);
});
