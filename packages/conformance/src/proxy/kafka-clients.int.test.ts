import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findBroker } from '../brokers/index.ts';
import { openKafka, readAll, writeAll } from '../brokers/testing/kafka-client.ts';
import { startProxy, type Proxy } from './start-proxy.ts';
import { kafkaTestClients, type KafkaTestClient } from './testing/kafka-clients.ts';
import type { Toxic } from './toxic.ts';

const broker = await findBroker('kafka', 'the proxy before kafka');
const { hostname: host, port } = new URL(broker?.address ?? 'kafka://127.0.0.1:1');
const direct = openKafka(`kafka://${host}:${port}`);
const tries = 50;

afterAll(() => broker?.stop());

const names = Object.keys(kafkaTestClients) as readonly (keyof typeof kafkaTestClients)[];

test.runIf(broker)('the example of the documents', { timeout: 60_000 }, async () => {
  await writeAll(direct, 'orders', []);
  // #region example
  const proxy = await startProxy({ target: { host, port: Number(port) }, protocol: 'kafka' });
  const kafka = openKafka([`127.0.0.1:${proxy.port}`]); // new Kafka({ brokers }), which stays in the proxy
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  const cut = proxy.addToxic({ kind: 'cut', at: 'kafka.produceResponse', deliver: false, skip: 9, times: 1 });
  for (let order = 0; order < 20; order += 1) {
    await producer.send({ topic: 'orders', messages: [{ value: `${order}` }] }); // the tenth is asked for twice
  }
  expect(cut.hits).toBe(1);
  // #endregion
  await producer.disconnect();
  await proxy.close();
  expect(await readAll(direct, 'orders')).toEqual(Array.from({ length: 20 }, (_, order) => `${order}`));
});

describe.runIf(broker).each(names)('%s behind the proxy', { timeout: 60_000 }, (name) => {
  const kind = kafkaTestClients[name];
  let proxy: Proxy;
  let topicCount = 0;

  beforeAll(async () => {
    proxy = await startProxy({ target: { host, port: Number(port) }, protocol: 'kafka' });
  });

  afterAll(() => proxy.close());

  const newTopic = async (values: readonly string[] = []): Promise<string> => {
    topicCount += 1;
    const topic = `${name.replace(/\W/g, '')}-${topicCount}`;
    await writeAll(direct, topic, values);
    return topic;
  };

  const open = async (topic: string, requestTimeoutMs?: number): Promise<KafkaTestClient> => {
    const client = await kind.open([`127.0.0.1:${proxy.port}`], topic, requestTimeoutMs);
    onTestFinished(client.close);
    return client;
  };

  const add = (toxic: Toxic): ReturnType<Proxy['addToxic']> => {
    const handle = proxy.addToxic(toxic);
    onTestFinished(handle.remove);
    return handle;
  };

  test('writes and reads through it alone, although the broker tells it another address', async () => {
    const topic = await newTopic();
    const seen = (at: 'kafka.produceResponse' | 'kafka.fetchResponse') => add({ kind: 'hold-reply', at, ms: 0 });
    const produced = seen('kafka.produceResponse');
    const fetched = seen('kafka.fetchResponse');
    const client = await open(topic);
    for (const value of ['1', '2', '3']) await client.send(value);
    expect(await kind.read([`127.0.0.1:${proxy.port}`], topic, 3)).toEqual(['1', '2', '3']);
    expect(produced.hits).toBe(3);
    expect(fetched.hits).toBeGreaterThan(0);
    expect(proxy.problems).toEqual([]);
  });

  /** How often the client was told of an error, and how many of its texts the topic has, the last of which met no toxic. */
  const outcomeOf = async (toxic: Toxic): Promise<readonly [failed: number, written: number, hits: number]> => {
    const topic = await newTopic();
    const handle = proxy.addToxic(toxic);
    let failed = 0;
    for (let index = 0; index < tries; index += 1) {
      const client = await kind.open([`127.0.0.1:${proxy.port}`], topic);
      await client.send(String(index)).catch(() => (failed += 1));
      await client.close();
    }
    handle.remove();
    const client = await open(topic);
    await client.send('last');
    return [failed, (await readAll(direct, topic)).length - 1, handle.hits];
  };

  test('fails where the answer to Produce is cut, and the record is there', async () => {
    const cut = { kind: 'cut', at: 'kafka.produceResponse', deliver: false } as const;
    expect(await outcomeOf(cut)).toEqual([tries, tries, tries]);
  });

  test('fails where Produce is cut, and the record is not there', async () => {
    const cut = { kind: 'cut', at: 'kafka.produceRequest', deliver: false } as const;
    expect(await outcomeOf(cut)).toEqual([tries, 0, tries]);
  });

  test('is cut at the one answer that is counted out', async () => {
    const client = await open(await newTopic());
    const cut = add({ kind: 'cut', at: 'kafka.produceResponse', deliver: false, skip: 2, times: 1 });
    await client.send('1');
    await client.send('2');
    await expect(client.send('3')).rejects.toBeInstanceOf(Error);
    expect(cut.hits).toBe(1);
  });

  test('waits for a slow network', async () => {
    const client = await open(await newTopic());
    await client.send('quick');
    const latency = add({ kind: 'latency', ms: 150 });
    const before = performance.now();
    await client.send('slow');
    expect(performance.now() - before).toBeGreaterThanOrEqual(290);
    expect(latency.hits).toBeGreaterThanOrEqual(2);
  });

  test('gives up what a black hole swallows, and goes on when it is gone', async () => {
    const client = await open(await newTopic(), 1000);
    await client.send('before');
    const hole = proxy.addToxic({ kind: 'black-hole' });
    await expect(client.send('swallowed')).rejects.toBeInstanceOf(Error);
    expect(hole.hits).toBeGreaterThan(0);
    hole.remove();
    await proxy.cutAll();
    await expect.poll(() => client.send('after').then(() => 'sent', String), { timeout: 10_000 }).toBe('sent');
  });
});
