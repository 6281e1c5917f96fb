import { findBroker } from '@waybill/conformance/brokers';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { RedisConnectionOptions, RedisFailure } from './redis-connection-options.ts';
import { redisConnection } from './redis-connection.ts';

const own = { origins: ['docker', 'native'], configuration: { appendonly: 'no' } } as const;
const broker = await findBroker('redis', 'the connection to Redis', own);
const url = broker?.address ?? 'redis://127.0.0.1:1';

beforeEach(({ skip }) => skip(broker === undefined, 'Redis cannot be had here.'));
afterAll(() => broker?.stop());

function open(options: RedisConnectionOptions) {
  const connection = redisConnection({ commandTimeoutMs: 150, ...options });
  onTestFinished(connection.close);
  return connection;
}

test('the first command waits for the first connection', async () => {
  expect(await open({ url, commandTimeoutMs: 2000 }).send((client) => client.ping())).toBe('PONG');
});

test('a client of the user is used as it is, lazy ones included, and stays open', async () => {
  const client = new Redis(url, { lazyConnect: true });
  onTestFinished(() => client.disconnect());
  const connection = open({ client, commandTimeoutMs: 2000 });
  expect(await connection.send((one) => one.ping())).toBe('PONG');
  await connection.close();
  await expect(connection.send((one) => one.ping())).rejects.toMatchObject({ code: 'closed' });
  expect(await client.ping()).toBe('PONG');
});

test('what is asked for at once leaves a few to a write, in its order, and the first ones while the next are made', async () => {
  const connection = open({ url, commandTimeoutMs: 2000 });
  await connection.send((client) => client.ping());
  const { stream } = connection.client as Redis;
  const alone = vi.spyOn(stream, '_write');
  const together = vi.spyOn(stream as Required<typeof stream>, '_writev');
  const writes = () => [alone.mock.calls.length, ...together.mock.calls.map(([commands]) => commands.length)];
  const asked = Array.from({ length: 21 }, (_none, n) => `question ${n}`);
  const answers = asked.map((question) => connection.send((client) => client.echo(question)));
  expect(writes()).toEqual([1, 8, 8]);
  expect(await Promise.all(answers)).toEqual(asked);
  expect(writes()).toEqual([1, 8, 8, 4]);
});

test('a wrong password is unauthorized, and what is reported does not hold it', async () => {
  const failures: RedisFailure[] = [];
  const address = new URL(url);
  address.username = 'nobody';
  address.password = 'sesame';
  open({ url: address.href, observe: (failure) => failures.push(failure) });
  await expect.poll(() => failures[0]?.error.code).toBe('unauthorized');
  expect(failures.map(({ error }) => `${error.message} ${String(error.cause)}`).join(' ')).not.toContain('sesame');
});

test('an inspection says what an operator asks for', async () => {
  const inspection = await open({ url, commandTimeoutMs: 2000 }).inspect();
  expect(inspection).toMatchObject({ role: 'master', evictionPolicy: 'noeviction', maxMemoryBytes: 0, evictedKeys: 0 });
  expect(inspection.version).toMatch(/^\d+\./u);
  expect(inspection.usedMemoryBytes).toBeGreaterThan(0);
  expect(inspection.latencyMs).toBeGreaterThan(0);
});

describe('a server that does not answer', { timeout: 20_000 }, () => {
  test('costs each command its time at most, and a bounded number of them may wait', async () => {
    const connection = open({ url, unansweredMax: 100 });
    await connection.send((client) => client.ping());
    await broker?.pause();
    const before = performance.now();
    const results = await Promise.allSettled(
      Array.from({ length: 500 }, () => connection.send((client) => client.ping())),
    );
    const tookMs = performance.now() - before;
    const again = connection.send((client) => client.ping());
    await expect(again).rejects.toMatchObject({ code: 'overloaded' });
    await broker?.resume();
    const codes = results.map((result) =>
      result.status === 'rejected' ? (result.reason as { code: string }).code : '',
    );
    expect(codes.filter((code) => code === 'timeout')).toHaveLength(100);
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(400);
    expect([tookMs > 140, tookMs < 3000]).toEqual([true, true]);
    // The answers that were given up come in, and there is room again.
    await expect.poll(() => connection.send((client) => client.ping()).catch(() => ''), { timeout: 5000 }).toBe('PONG');
  });

  test('and is silent for long is left, and found again', async () => {
    const connection = open({ url, commandTimeoutMs: 400 });
    await connection.send((client) => client.ping());
    await broker?.pause();
    await expect(connection.send((client) => client.ping())).rejects.toMatchObject({ code: 'timeout' });
    await expect.poll(() => connection.client.status, { timeout: 5000 }).not.toBe('ready');
    await expect(connection.send((client) => client.ping())).rejects.toMatchObject({ code: 'unavailable' });
    await broker?.resume();
    await expect.poll(() => connection.client.status, { timeout: 10_000 }).toBe('ready');
  });

  test('does not hold a close up for long', async () => {
    const connection = open({ url });
    await connection.send((client) => client.ping());
    await broker?.pause();
    const before = performance.now();
    await connection.close();
    expect(performance.now() - before).toBeLessThan(5000);
    await broker?.resume();
  });
});

test(
  'a server that is gone costs nothing but an error: no queue grows, with a client of the user neither',
  { timeout: 20_000 },
  async () => {
    // As ioredis makes it: with an offline queue.
    const client = new Redis(url);
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    const connection = open({ client, commandTimeoutMs: 4000 });
    await connection.send((one) => one.ping());
    await broker?.kill9();
    await expect.poll(() => client.status).not.toBe('ready');
    const before = performance.now();
    const results = await Promise.allSettled(Array.from({ length: 1000 }, () => connection.send((one) => one.ping())));
    expect(performance.now() - before).toBeLessThan(2000);
    expect(new Set(results.map((result) => (result as { reason: { code: string } }).reason.code))).toEqual(
      new Set(['unavailable']),
    );
    await broker?.restart();
    await expect.poll(() => client.status, { timeout: 10_000 }).toBe('ready');
    expect(await connection.send((one) => one.ping())).toBe('PONG');
  },
);
