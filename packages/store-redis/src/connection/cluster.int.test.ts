import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { cacheAside } from '../cache/cache-aside.ts';
import { requestFilter } from '../filter/request-filter.ts';
import { idempotencyCache } from '../idempotency/idempotency-cache.ts';
import { concurrencyLimiter } from '../limits/concurrency-limiter.ts';
import { rateLimiter } from '../limits/rate-limiter.ts';
import { redisConnection } from './redis-connection.ts';
import type { RedisConnection } from './redis-connection.ts';

// One node that has all slots refuses a script whose keys are in two of them, as a whole cluster does.
const broker = await findBroker('redis', 'that every script stays in one slot of a cluster', {
  origins: ['docker', 'native'],
  configuration: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' },
});
const { hostname, port } = new URL(broker?.address ?? 'redis://127.0.0.1:1');
const node = { host: hostname, port: Number(port) };
let connection: RedisConnection;
let cluster: Cluster;

beforeEach(({ skip }) => skip(broker === undefined, 'Redis cannot be had here.'));
beforeAll(async () => {
  if (broker === undefined) return;
  const admin = new Redis(node);
  await admin.cluster('ADDSLOTSRANGE', 0, 16_383);
  while (!(await admin.cluster('INFO')).includes('cluster_state:ok')) await sleep(20);
  admin.disconnect();
  cluster = new Cluster([node], { natMap: () => node });
  connection = redisConnection({ client: cluster, commandTimeoutMs: 2000 });
}, 20_000);
afterAll(async () => {
  await connection?.close();
  cluster?.disconnect();
  await broker?.stop();
});

const hostile = ['plain', '}', '{', '{}', '}{', 'a}b', '{a}{b}', '%7B', '\ud800'];

test('a script with keys in two slots would be refused here', async () => {
  await expect(cluster.eval('return 1', 2, 'a', 'b')).rejects.toThrow(/slot/iu);
});

test.each(hostile)('every use works on a cluster, whatever the key: %j', async (key) => {
  const use = { connection, name: 'shop', onFailure: 'closed' } as const;
  const filter = requestFilter({ ...use, leaseMs: 1000, keepMs: 1000 });
  const answer = new Uint8Array([1]);
  expect(await filter.run(key, async () => answer)).toEqual({ status: 'ran', answer });
  expect(await filter.run(key, async () => answer)).toEqual({ status: 'done', answer });

  const answers = idempotencyCache({ ...use, keepMs: 1000 });
  expect(await answers.keep(key, 'f', answer)).toBe(true);
  expect(await answers.read(key, 'f')).toEqual({ status: 'hit', answer });

  const cache = cacheAside({ ...use, schema: z.string(), ttlMs: 1000 });
  expect(await cache.get(key, async () => key.toWellFormed())).toBe(key.toWellFormed());
  await cache.invalidate(key);

  const rate = { requests: 100, periodMs: 1000 };
  const limiter = rateLimiter({ ...use, perKey: rate, global: rate });
  expect(await limiter.take(key)).toMatchObject({ status: 'allowed' });

  const slots = concurrencyLimiter({ ...use, limit: 1, leaseMs: 1000 });
  const held = await slots.acquire(key);
  expect(held).toMatchObject({ status: 'acquired' });
  expect(await slots.acquire(key)).toMatchObject({ status: 'full' });
});
