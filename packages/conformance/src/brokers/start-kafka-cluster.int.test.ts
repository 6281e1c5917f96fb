import { existsSync } from 'node:fs';
import type { Kafka } from 'kafkajs';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { startProxy } from '../proxy/index.ts';
import { kafkaTestClients } from '../proxy/testing/kafka-clients.ts';
import { brokerFootprint } from './native/broker-footprint.ts';
import { processRow } from './native/process-identity.ts';
import type { Endpoint } from './probe/exchange.ts';
import { describeKafka } from './probe/probe-kafka.ts';
import { findKafkaCluster, type KafkaCluster } from './start-kafka-cluster.ts';
import { createTopic, openKafka, readAll } from './testing/kafka-client.ts';

const found = await findKafkaCluster('a cluster of three brokers of kafka');

afterAll(() => found?.stop());

const endpointOf = (address: string): Endpoint => {
  const [host = '', port] = address.split(':');
  return { host, port: Number(port) };
};

const leaderOf = async (kafka: Kafka, topic: string): Promise<number> => {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions[0]?.leader ?? -1;
  } finally {
    await admin.disconnect();
  }
};

const create = (kafka: Kafka, topic: string, partitions: number): Promise<void> =>
  createTopic(kafka, { topic, numPartitions: partitions, replicationFactor: -1 });

describe.runIf(found)('three brokers of kafka', { timeout: 120_000 }, () => {
  const cluster = found as KafkaCluster;
  const kafka = openKafka(cluster?.addresses ?? ['127.0.0.1:1']);

  test('are one cluster, which keeps three replicas of what is written', async () => {
    await create(kafka, 'replicated', 3);
    const admin = kafka.admin();
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const { topics } = await admin.fetchTopicMetadata({ topics: ['replicated'] });
    await admin.disconnect();
    expect(new Set(brokers.map(({ nodeId }) => nodeId))).toEqual(new Set([1, 2, 3]));
    expect(new Set(brokers.map(({ host, port }) => `${host}:${port}`))).toEqual(new Set(cluster.addresses));
    const replicas = topics[0]?.partitions.map((partition) => new Set(partition.replicas));
    expect(replicas).toEqual(Array.from({ length: 3 }, () => new Set([1, 2, 3])));
    expect(cluster.nodes.map(({ address }) => new URL(address).host)).toEqual(cluster.addresses);
  });

  test('lose nothing that they confirmed and write on when the leader is killed, which comes back', async () => {
    await create(kafka, 'orders', 1);
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const confirmed: string[] = [];
    const write = async (value: string): Promise<void> => {
      await producer.send({ topic: 'orders', messages: [{ value }] });
      confirmed.push(value);
    };
    for (let number = 0; number < 200; number += 1) await write(`before-${number}`);
    const leader = await leaderOf(kafka, 'orders');
    await cluster.nodes[leader - 1]?.kill9();
    const killedAt = performance.now();
    await write('first after');
    expect(performance.now() - killedAt).toBeLessThan(20_000);
    expect(await leaderOf(kafka, 'orders')).not.toBe(leader);
    await cluster.nodes[leader - 1]?.restart();
    await write('last');
    await producer.disconnect();
    expect(await readAll(kafka, 'orders')).toEqual(confirmed);
  });

  test('do without one that stands still, and take it back', async () => {
    await create(kafka, 'paused', 1);
    const leader = await leaderOf(kafka, 'paused');
    const node = cluster.nodes[leader - 1];
    const other = cluster.addresses.find((_, index) => index !== leader - 1) ?? '';
    const serving = async (): Promise<number> => (await describeKafka(endpointOf(other))).brokers.length;
    await node?.pause();
    onTestFinished(async () => node?.resume());
    await expect.poll(serving, { timeout: 40_000 }).toBe(2);
    expect(await leaderOf(openKafka([other]), 'paused')).not.toBe(leader);
    await node?.resume();
    await expect.poll(serving, { timeout: 40_000 }).toBe(3);
  });

  test('are all reached through one proxy by a client that is told one of its ports', async () => {
    const topic = 'proxied';
    await create(kafka, topic, 3);
    const [target = endpointOf(''), ...peers] = cluster.addresses.map(endpointOf);
    const proxy = await startProxy({ target, peers, protocol: 'kafka' });
    onTestFinished(proxy.close);
    for (const kind of Object.values(kafkaTestClients)) {
      const produced = proxy.addToxic({ kind: 'hold-reply', at: 'kafka.produceResponse', ms: 0 });
      const client = await kind.open([`127.0.0.1:${proxy.port}`], topic);
      for (const partition of [0, 1, 2]) await client.send('x', partition);
      await client.close();
      expect(produced.hits).toBe(3);
      produced.remove();
    }
    expect(proxy.ports).toHaveLength(3);
    expect(await readAll(kafka, topic)).toHaveLength(6);
  });

  test('write nothing more when two of them are dead, and go on when one is back', async () => {
    await create(kafka, 'quorum', 1);
    const leader = await leaderOf(kafka, 'quorum');
    const others = cluster.nodes.filter((_, index) => index !== leader - 1);
    await Promise.all(others.map((node) => node.kill9()));
    const producer = openKafka(cluster.addresses, { retry: { retries: 0 } }).producer({ retry: { retries: 0 } });
    const write = async (): Promise<string> => {
      await producer.connect();
      await producer.send({ topic: 'quorum', messages: [{ value: 'x' }], timeout: 1000 });
      return 'written';
    };
    expect(await write().catch((error: unknown) => String(error))).not.toBe('written');
    await others[0]?.restart();
    await expect.poll(() => write().catch(String), { timeout: 30_000, interval: 300 }).toBe('written');
    await producer.disconnect();
  });

  test('leave no process and no folder', async () => {
    const before = brokerFootprint(process.pid);
    await cluster.stop();
    await cluster.stop();
    expect(before.folders).toHaveLength(3);
    expect(before.processes.filter((pid) => processRow(pid) !== undefined)).toEqual([]);
    expect(before.folders.filter(existsSync)).toEqual([]);
  });
});
