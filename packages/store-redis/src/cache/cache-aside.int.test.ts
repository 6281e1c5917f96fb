import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { RedisFailure } from '../connection/redis-connection-options.ts';
import { redisConnection } from '../connection/redis-connection.ts';
import { cacheAside } from './cache-aside.ts';

const own = { origins: ['docker', 'native'], configuration: { appendonly: 'no' } } as const;
const broker = await findBroker('redis', 'cache-aside', own);
const url = broker?.address ?? 'redis://127.0.0.1:1';
const admin = new Redis(url, { lazyConnect: true });
const failures: RedisFailure[] = [];
const connect = () => redisConnection({ url, observe: (failure) => failures.push(failure) });
const connection = connect();

beforeEach(({ skip }) => skip(broker === undefined, 'Redis cannot be had here.'));
beforeEach(() => admin.flushall());
afterAll(async () => {
  await connection.close();
  admin.disconnect();
  await broker?.stop();
});

const schema = z.object({ name: z.string() });
const base = { name: 'shops', schema, ttlMs: 60_000, onFailure: 'open' } as const;

/** A source that counts how often it is asked. */
function createSource(name = 'Ada', delayMs = 20) {
  let loads = 0;
  return {
    loads: () => loads,
    load: async () => {
      loads += 1;
      await sleep(delayMs);
      return { name };
    },
  };
}

test('a hundred misses at once are one load, in one process', async () => {
  const cache = cacheAside({ ...base, connection });
  const source = createSource();
  const values = await Promise.all(Array.from({ length: 100 }, () => cache.get('shop-1', source.load)));
  expect(values).toEqual(Array.from({ length: 100 }, () => ({ name: 'Ada' })));
  expect(source.loads()).toBe(1);
});

test('a hundred misses at once are one load, over ten processes', async () => {
  const connections = Array.from({ length: 10 }, connect);
  const caches = connections.map((one) => cacheAside({ ...base, connection: one }));
  const source = createSource();
  const gets = Array.from({ length: 10 }, () => caches.map((cache) => cache.get('shop-1', source.load))).flat();
  expect(await Promise.all(gets)).toHaveLength(100);
  expect(source.loads()).toBe(1);
  await Promise.all(connections.map((one) => one.close()));
});

test('a value that is there is not loaded, in one round trip', async () => {
  const cache = cacheAside({ ...base, connection });
  const source = createSource();
  await cache.get('shop-1', source.load);
  await admin.config('RESETSTAT');
  await cache.get('shop-1', source.load);
  expect(source.loads()).toBe(1);
  expect(/cmdstat_eval(?:sha)?:calls=(\d+)/u.exec(await admin.info('commandstats'))?.[1]).toBe('1');
});

test('values of one moment expire at different ones, and none later than it may', async () => {
  const cache = cacheAside({ ...base, connection, jitter: 0.5 });
  const source = createSource('Ada', 0);
  const keys = Array.from({ length: 50 }, (_, at) => `shop-${at}`);
  await Promise.all(keys.map((key) => cache.get(key, source.load)));
  const lives = await Promise.all(keys.map((key) => admin.pttl(`waybill:cache:shops:{${key}}`)));
  expect(new Set(lives.map((ms) => Math.round(ms / 1000))).size).toBeGreaterThan(10);
  expect(Math.max(...lives)).toBeLessThanOrEqual(60_000);
  expect(Math.min(...lives)).toBeGreaterThan(29_000);
});

test('an error of the source is thrown to all who wait, not kept, and the next one loads', async () => {
  const cache = cacheAside({ ...base, connection });
  const failing = () => Promise.reject(new Error('no source'));
  const both = await Promise.allSettled([cache.get('k', failing), cache.get('k', failing)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await cache.get('k', createSource().load)).toEqual({ name: 'Ada' });
});

test('what was loaded before the key was invalidated is not kept', async () => {
  const cache = cacheAside({ ...base, connection });
  const slow = cache.get('k', createSource('old', 100).load);
  await sleep(40);
  await cache.invalidate('k');
  expect(await cache.get('k', createSource('new').load)).toEqual({ name: 'new' });
  expect(await slow).toEqual({ name: 'old' });
  expect(await cache.get('k', createSource('unused').load)).toEqual({ name: 'new' });
});

test('when the one that loads dies, another one loads', async () => {
  const dead = connect();
  const dying = cacheAside({ ...base, connection: dead, lockMs: 100 });
  void dying.get('k', () => new Promise(() => undefined));
  await sleep(40);
  await dead.close();
  const source = createSource();
  expect(await cacheAside({ ...base, connection }).get('k', source.load)).toEqual({ name: 'Ada' });
  expect(source.loads()).toBe(1);
  expect(await admin.exists('waybill:cache:shops:{k}')).toBe(1);
});

test('who has waited long enough loads as well', async () => {
  const other = connect();
  const slow = cacheAside({ ...base, connection: other }).get('k', createSource('slow', 400).load);
  await sleep(40);
  const cache = cacheAside({ ...base, connection, waitMs: 50 });
  expect(await cache.get('k', createSource('own').load)).toEqual({ name: 'own' });
  expect(await slow).toEqual({ name: 'slow' });
  await other.close();
});

test.each(['{"name":1}', 'not json', '{"__proto__":{"name":"x"}}'])(
  'a value that does not fit is loaded anew: %s',
  async (text) => {
    await admin.set('waybill:cache:shops:{k}', text);
    const cache = cacheAside({ ...base, connection });
    expect(await cache.get('k', createSource().load)).toEqual({ name: 'Ada' });
    expect(failures.at(-1)).toMatchObject({ use: 'shops', error: { code: 'foreign-value' } });
    await cache.get('k', createSource().load);
    expect(await admin.get('waybill:cache:shops:{k}')).toBe('{"name":"Ada"}');
  },
);

test('a value above its limit is given, but not kept, and holds nobody up', async () => {
  const cache = cacheAside({ ...base, connection, valueBytesMax: 10 });
  expect(await cache.get('k', createSource('a long name').load)).toEqual({ name: 'a long name' });
  expect(await admin.keys('*')).toEqual([]);
});

test('without Redis: the source is asked when fail-open, once at a time; an error when fail-closed', async () => {
  const gone = redisConnection({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 200 });
  const source = createSource();
  const open = cacheAside({ ...base, connection: gone });
  await Promise.all(Array.from({ length: 100 }, () => open.get('k', source.load)));
  expect(source.loads()).toBe(1);
  const closed = cacheAside({ ...base, connection: gone, onFailure: 'closed' });
  await expect(closed.get('k', source.load)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(open.invalidate('k')).rejects.toMatchObject({ code: 'unavailable' });
  await gone.close();
});
