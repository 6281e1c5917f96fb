import { findBroker } from '@waybill/conformance/brokers';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { redisConnection } from '../connection/redis-connection.ts';
import { idempotencyCache } from './idempotency-cache.ts';

const own = { origins: ['docker', 'native'], configuration: { appendonly: 'no' } } as const;
const broker = await findBroker('redis', 'the idempotency cache', own);
const url = broker?.address ?? 'redis://127.0.0.1:1';
const admin = new Redis(url, { lazyConnect: true });
const connection = redisConnection({ url });
const base = { connection, name: 'checkout', keepMs: 60_000, answerBytesMax: 256 } as const;
const cache = idempotencyCache({ ...base, onFailure: 'closed' });

beforeEach(({ skip }) => skip(broker === undefined, 'Redis cannot be had here.'));
beforeEach(() => admin.flushall());
afterAll(async () => {
  await connection.close();
  admin.disconnect();
  await broker?.stop();
});

const every = Uint8Array.from({ length: 256 }, (_, at) => at);

test('an answer is kept byte for byte, and the first one stays', async () => {
  expect(await cache.read('k', 'f')).toEqual({ status: 'miss' });
  expect(await cache.keep('k', 'f', every)).toBe(true);
  expect(await cache.keep('k', 'f', new Uint8Array([1]))).toBe(false);
  expect(await cache.read('k', 'f')).toEqual({ status: 'hit', answer: every });
});

test('another body under the same key gets a conflict, never the answer', async () => {
  await cache.keep('k', 'f', every);
  expect(await cache.read('k', 'g')).toEqual({ status: 'conflict' });
  expect(await cache.read('k', '')).toEqual({ status: 'conflict' });
});

test('what is too large is left to the authority', async () => {
  expect(await cache.keep('k', 'f', new Uint8Array(257))).toBe(false);
  expect(await cache.read('k', 'f')).toEqual({ status: 'miss' });
});

test('a value of something else is an error when fail-closed and a miss when fail-open', async () => {
  await admin.set('waybill:answer:checkout:{k}', 'foreign');
  await expect(cache.read('k', 'f')).rejects.toMatchObject({ code: 'foreign-value' });
  expect(await idempotencyCache({ ...base, onFailure: 'open' }).read('k', 'f')).toEqual({ status: 'miss' });
});

test('without Redis: a miss when fail-open, an error when fail-closed, and nothing is kept either way', async () => {
  const gone = redisConnection({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 200 });
  const open = idempotencyCache({ ...base, connection: gone, onFailure: 'open' });
  const closed = idempotencyCache({ ...base, connection: gone, onFailure: 'closed' });
  expect(await open.read('k', 'f')).toEqual({ status: 'miss' });
  await expect(closed.read('k', 'f')).rejects.toMatchObject({ code: 'unavailable' });
  expect(await closed.keep('k', 'f', every)).toBe(false);
  await gone.close();
});
