import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { defineScript } from '../connection/define-script.ts';
import { redisConnection } from '../connection/redis-connection.ts';
import { gcra } from './gcra.ts';
import { singleRateScript } from './rate-limit-script.ts';
import { rateLimiter } from './rate-limiter.ts';

const own = { origins: ['docker', 'native'], configuration: { appendonly: 'no' } } as const;
const broker = await findBroker('redis', 'the rate limiter', own);
const url = broker?.address ?? 'redis://127.0.0.1:1';
const admin = new Redis(url, { lazyConnect: true });
const connection = redisConnection({ url });

beforeEach(({ skip }) => skip(broker === undefined, 'Redis cannot be had here.'));
beforeEach(() => admin.flushall());
afterAll(async () => {
  await connection.close();
  admin.disconnect();
  await broker?.stop();
});

const perMinute = { requests: 60, periodMs: 60_000 };

test('a burst passes at once, the next one waits for its share, and another key has its own', async () => {
  const limiter = rateLimiter({ connection, name: 'api', onFailure: 'closed', perKey: { ...perMinute, burst: 3 } });
  expect(await limiter.take('shop-1')).toEqual({ status: 'allowed', remaining: 2 });
  expect(await limiter.take('shop-1', 2)).toEqual({ status: 'allowed', remaining: 0 });
  const limited = await limiter.take('shop-1');
  expect(limited).toMatchObject({ status: 'limited', by: 'key' });
  const waitMs = limited.status === 'limited' ? limited.retryAfterMs : 0;
  expect([waitMs > 0, waitMs <= 1000]).toEqual([true, true]);
  expect(await limiter.take('shop-2')).toMatchObject({ status: 'allowed' });
});

test('many at once on several connections: exactly the burst passes', async () => {
  const others = Array.from({ length: 4 }, () => redisConnection({ url }));
  const limiters = [connection, ...others].map((one) =>
    rateLimiter({
      connection: one,
      name: 'api',
      onFailure: 'closed',
      perKey: { requests: 1, periodMs: 3_600_000, burst: 17 },
    }),
  );
  const verdicts = await Promise.all(
    limiters.flatMap((limiter) => Array.from({ length: 20 }, () => limiter.take('k'))),
  );
  expect(verdicts.filter(({ status }) => status === 'allowed')).toHaveLength(17);
  await Promise.all(others.map((one) => one.close()));
});

test('who waits as long as it was told passes', async () => {
  const limiter = rateLimiter({
    connection,
    name: 'api',
    onFailure: 'closed',
    perKey: { requests: 20, periodMs: 1000, burst: 1 },
  });
  for (let at = 0; at < 5; at += 1) {
    expect(await limiter.take('k')).toMatchObject({ status: 'allowed' });
    const limited = await limiter.take('k');
    if (limited.status === 'limited') await sleep(limited.retryAfterMs + 1);
  }
});

test('a global limit holds over all keys, and a request that it refuses costs its key nothing', async () => {
  const rates = { perKey: { ...perMinute, burst: 5 }, global: { ...perMinute, burst: 2 } };
  const limiter = rateLimiter({ connection, name: 'provider', onFailure: 'closed', ...rates });
  expect(await limiter.take('a')).toEqual({ status: 'allowed', remaining: 1 });
  expect(await limiter.take('b')).toEqual({ status: 'allowed', remaining: 0 });
  expect(await limiter.take('c')).toMatchObject({ status: 'limited', by: 'global' });
  expect(await admin.exists('waybill:rate:{provider}:key:c')).toBe(0);
});

test('a global limit may stand alone', async () => {
  const limiter = rateLimiter({ connection, name: 'all', onFailure: 'closed', global: { ...perMinute, burst: 1 } });
  expect(await limiter.take('a')).toMatchObject({ status: 'allowed' });
  expect(await limiter.take('b')).toMatchObject({ status: 'limited', by: 'global' });
});

test('a cost above the burst never passes, and says so', async () => {
  const limiter = rateLimiter({ connection, name: 'api', onFailure: 'closed', perKey: { ...perMinute, burst: 3 } });
  expect(await limiter.take('k', 4)).toEqual({ status: 'limited', retryAfterMs: Number.POSITIVE_INFINITY, by: 'key' });
  await expect(limiter.take('k', 0)).rejects.toMatchObject({ code: 'invalid-argument' });
  await expect(limiter.take('k', 1.5)).rejects.toMatchObject({ code: 'invalid-argument' });
});

test(
  'the script and the arithmetic agree on every decision, at the times of the server',
  { timeout: 30_000 },
  async () => {
    const script = defineScript(connection.client, singleRateScript);
    const seen = new Set<boolean>();
    for (const [intervalUs, burst] of [
      [1000 / 3, 7],
      [50_000 / 7, 3],
      [1, 1000],
      [12_345.678, 2],
    ] as const) {
      const limit = { intervalUs, capacityUs: intervalUs * burst };
      let arrivalUs = 0;
      for (let at = 0; at < 100; at += 1) {
        const cost = 1 + (at % 2);
        const reply = await connection.send((client) =>
          script(client, `{${intervalUs}}`, cost, intervalUs, limit.capacityUs),
        );
        const [allowed, nowUs = 0] = (reply as readonly unknown[]).map(Number);
        const verdict = gcra(limit, arrivalUs, nowUs, cost);
        expect([at, allowed]).toEqual([at, verdict.isAllowed ? 1 : 0]);
        seen.add(verdict.isAllowed);
        arrivalUs = verdict.nextUs;
      }
    }
    expect(seen.size).toBe(2);
  },
);

test('the clock is that of the server: a caller has none to be wrong by', async () => {
  const wrong = redisConnection({ url, clock: { monotonic: () => 0, after: () => ({ cancel: () => undefined }) } });
  const rate = { requests: 1, periodMs: 3_600_000 };
  const options = { name: 'api', onFailure: 'closed', perKey: rate } as const;
  expect(await rateLimiter({ ...options, connection: wrong }).take('k')).toMatchObject({ status: 'allowed' });
  expect(await rateLimiter({ ...options, connection }).take('k')).toMatchObject({ status: 'limited' });
  await wrong.close();
});

test('one command a request, and nothing is kept longer than it matters', async () => {
  const limiter = rateLimiter({
    connection,
    name: 'api',
    onFailure: 'closed',
    perKey: { requests: 10, periodMs: 1000 },
  });
  await limiter.take('k');
  await admin.config('RESETSTAT');
  await limiter.take('k');
  const stats = await admin.info('commandstats');
  expect(stats).toContain('cmdstat_evalsha:calls=1');
  const ttlMs = await admin.pttl('waybill:rate:api:{k}');
  expect([ttlMs > 0, ttlMs <= 202]).toEqual([true, true]);
});

test('without Redis: unlimited when fail-open, an error when fail-closed', async () => {
  const gone = redisConnection({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 200 });
  const open = rateLimiter({ connection: gone, name: 'api', onFailure: 'open', perKey: perMinute });
  const closed = rateLimiter({ connection: gone, name: 'api', onFailure: 'closed', perKey: perMinute });
  expect(await open.take('k')).toEqual({ status: 'unlimited', code: 'unavailable' });
  await expect(closed.take('k')).rejects.toMatchObject({ code: 'unavailable' });
  await gone.close();
});
