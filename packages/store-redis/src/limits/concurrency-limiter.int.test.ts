import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { redisConnection } from '../connection/redis-connection.ts';
import { concurrencyLimiter } from './concurrency-limiter.ts';
import type { Slot, SlotAnswer } from './concurrency-limiter.ts';

const own = { origins: ['docker', 'native'], configuration: { appendonly: 'no' } } as const;
const broker = await findBroker('redis', 'the concurrency limiter', own);
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

const limiterOf = (limit: number, leaseMs: number) =>
  concurrencyLimiter({ connection, name: 'workers', onFailure: 'closed', limit, leaseMs });

function slotOf(answer: SlotAnswer): Slot {
  if (answer.status !== 'acquired') throw new Error(`The slot is ${answer.status}.`);
  return answer.slot;
}

test('of many at once exactly the limit gets a slot, and one that is given back goes to the next', async () => {
  const limiter = limiterOf(3, 10_000);
  const answers = await Promise.all(Array.from({ length: 20 }, () => limiter.acquire('provider')));
  const acquired = answers.flatMap((answer) => (answer.status === 'acquired' ? [answer.slot] : []));
  expect(acquired).toHaveLength(3);
  const full = await limiter.acquire('provider');
  expect(full.status === 'full' && full.retryAfterMs > 5000 && full.retryAfterMs <= 10_000).toBe(true);
  expect(await acquired[0]?.release()).toBe(true);
  expect(await limiter.acquire('provider')).toMatchObject({ status: 'acquired' });
  expect(await limiter.acquire('another key')).toMatchObject({ status: 'acquired' });
});

test('a holder that dies is followed when its lease ends, and one that renews is not', async () => {
  const limiter = limiterOf(2, 500);
  slotOf(await limiter.acquire('k'));
  const alive = slotOf(await limiter.acquire('k'));
  for (let at = 0; at < 6; at += 1) {
    await sleep(100);
    expect(await alive.renew()).toBe(true);
  }
  expect(await limiter.acquire('k')).toMatchObject({ status: 'acquired' });
  expect(await limiter.acquire('k')).toMatchObject({ status: 'full' });
});

test('who has lost its lease hears of it, and frees nothing of those that came after', async () => {
  const limiter = limiterOf(1, 60);
  const late = slotOf(await limiter.acquire('k'));
  await sleep(120);
  expect(await late.renew()).toBe(false);
  const next = slotOf(await limiter.acquire('k'));
  expect([await late.renew(), await late.release()]).toEqual([false, false]);
  expect(await limiter.acquire('k')).toMatchObject({ status: 'full' });
  expect(await next.release()).toBe(true);
});

test('a lease of one holder does not keep those of dead ones alive, and an idle key leaves nothing behind', async () => {
  const limiter = limiterOf(2, 100);
  await limiter.acquire('k');
  await sleep(200);
  expect(await admin.keys('*')).toEqual([]);
});

test('losing Redis lets more to work than the limit, until those before have ended', async () => {
  const limiter = limiterOf(1, 10_000);
  const before = slotOf(await limiter.acquire('k'));
  await admin.flushall();
  expect(await limiter.acquire('k')).toMatchObject({ status: 'acquired' });
  expect(await before.renew()).toBe(false);
  expect(await limiter.acquire('k')).toMatchObject({ status: 'full' });
});

test('without Redis: unlimited when fail-open, an error when fail-closed', async () => {
  const gone = redisConnection({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 200 });
  const options = { connection: gone, name: 'workers', limit: 1, leaseMs: 1000 } as const;
  const answer = await concurrencyLimiter({ ...options, onFailure: 'open' }).acquire('k');
  expect(answer).toMatchObject({ status: 'unlimited', code: 'unavailable' });
  const slot = answer.status === 'full' ? undefined : answer.slot;
  expect([await slot?.renew(), await slot?.release()]).toEqual([false, false]);
  const closed = concurrencyLimiter({ ...options, onFailure: 'closed' });
  await expect(closed.acquire('k')).rejects.toMatchObject({ code: 'unavailable' });
  await gone.close();
});
