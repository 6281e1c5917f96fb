import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { findBroker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { readOptions } from '../options.ts';
import type { RabbitTransportOptions } from '../options.ts';
import { createRabbitAdmin } from '../testing/rabbit-admin.ts';
import { systemClock } from '../time/system-clock.ts';
import { createConnection } from './create-connection.ts';
import type { ManagedConnection } from './managed-connection.ts';
import type { ConnectionPurpose } from './open-connection.ts';

const broker = await findBroker('rabbitmq', 'the connection to RabbitMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const url = broker?.address ?? '';

const connectionOf = (
  options: Partial<RabbitTransportOptions> = {},
  purpose: ConnectionPurpose = 'publish',
): ManagedConnection => {
  const settings = readOptions({
    urls: [url],
    connectTimeoutMs: 2000,
    reconnectMs: { first: 10, max: 40 },
    heartbeatSeconds: 1,
    ...options,
  });
  const connection = createConnection(settings, purpose);
  onTestFinished(() => connection.close());
  return connection;
};

const changed = (change: (address: URL) => void): string => {
  const address = new URL(url);
  change(address);
  return address.href;
};

const failureOf = async (work: Promise<unknown>): Promise<{ readonly code: string; readonly text: string }> =>
  work.then(
    () => ({ code: 'none', text: '' }),
    (error: unknown) => ({ code: errorCodeOf(error), text: String(error) }),
  );

/** A port on which nobody listens. */
const deadUrl = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `amqp://127.0.0.1:${port}`;
};

const proxied = async () => {
  const proxy = await startProxy({ target: { host: new URL(url).hostname, port: Number(new URL(url).port) } });
  onTestFinished(() => proxy.close());
  return { proxy, through: changed((address) => (address.port = String(proxy.port))) };
};

test('nobody at the address is unavailable, at once', async () => {
  const failure = await failureOf(connectionOf({ urls: [await deadUrl()] }).openChannel('plain'));
  expect(failure.code).toBe('unavailable');
});

test('a wrong password is unauthorized, and the error does not repeat it', async () => {
  const wrong = changed((address) => (address.password = 'sesame'));
  const failure = await failureOf(connectionOf({ urls: [wrong] }).openChannel('plain'));
  expect(failure.code).toBe('unauthorized');
  expect(failure.text).not.toContain('sesame');
});

test('a virtual host that is not there, or that is closed to the user, is unauthorized and says what it may be', async () => {
  const admin = createRabbitAdmin(broker?.adminAddress);
  await admin.change('PUT', 'vhosts/locked');
  await admin.change('PUT', 'users/outsider', { password: 'one', tags: '' });
  const outsider = { username: 'outsider', password: 'one', pathname: '/locked' };
  for (const parts of [{ pathname: '/nowhere' }, outsider]) {
    const connection = connectionOf({ urls: [changed((address) => Object.assign(address, parts))] });
    const failure = await failureOf(connection.openChannel('plain'));
    expect(failure.code).toBe('unauthorized');
    expect(failure.text).toMatch(/virtual host.*does not exist.*no right/u);
  }
});

test('a peer that takes the connection and never answers is given up after the time for connecting', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const silent = `amqp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const failure = await failureOf(connectionOf({ urls: [silent], connectTimeoutMs: 200 }).openChannel('plain'));
  expect(failure.code).toBe('timeout');
});

test('the second address of a cluster takes over where the first is dead', async () => {
  const urls = [await deadUrl(), url];
  for (const random of [() => 0, () => 0.99]) {
    await expect(connectionOf({ urls, random }).openChannel('plain')).resolves.toBeDefined();
  }
});

test('after the loss of one node the next address is tried first', async () => {
  const [first, second] = [await proxied(), await proxied()];
  const connection = connectionOf({ urls: [first.through, second.through], random: () => 0 });
  await connection.openChannel('plain');
  expect([first.proxy.connections, second.proxy.connections]).toEqual([1, 0]);
  const lost = new Promise((resolve) => connection.onLost(resolve));
  await first.proxy.cutAll();
  await lost;
  await connection.openChannel('plain');
  expect([first.proxy.connections, second.proxy.connections]).toEqual([0, 1]);
});

test('failed attempts wait longer and longer, and a success begins again', async () => {
  const waits: number[] = [];
  const clock = {
    ...systemClock,
    after: (delayMs: number, task: () => void) => {
      waits.push(delayMs);
      return systemClock.after(delayMs, task);
    },
  };
  const { proxy, through } = await proxied();
  const target = { host: new URL(url).hostname, port: Number(new URL(url).port) };
  const connection = connectionOf({ urls: [through], clock, random: () => 1 });
  proxy.retarget({ host: '127.0.0.1', port: Number(new URL(await deadUrl()).port) });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    expect((await failureOf(connection.openChannel('plain'))).code).toBe('unavailable');
  }
  expect(waits).toEqual([10, 20, 40, 40]);
  proxy.retarget(target);
  await connection.openChannel('plain');
  const lost = new Promise((resolve) => connection.onLost(resolve));
  await proxy.cutAll();
  await lost;
  await connection.openChannel('plain');
  expect(waits).toEqual([10, 20, 40, 40, 40]);
});

test('many who ask at once share one connection', async () => {
  const { proxy, through } = await proxied();
  const connection = connectionOf({ urls: [through] });
  await Promise.all(Array.from({ length: 10 }, () => connection.openChannel('confirm')));
  expect(proxy.connections).toBe(1);
});

test('a silent broker is noticed by the heartbeat in bounded time', async () => {
  const { proxy, through } = await proxied();
  const connection = connectionOf({ urls: [through], heartbeatSeconds: 1 });
  await connection.openChannel('plain');
  const lost = new Promise<Error>((resolve) => connection.onLost(resolve));
  const silentAt = performance.now();
  const silence = proxy.addToxic({ kind: 'black-hole' });
  expect(errorCodeOf(await lost)).toBe('unavailable');
  expect(performance.now() - silentAt).toBeLessThan(6000);
  silence.remove();
  await expect(connection.openChannel('plain')).resolves.toBeDefined();
});

test('an error of one channel ends its connection, which is told once and made again', async () => {
  const connection = connectionOf();
  const [broken, other] = [await connection.openChannel('confirm'), await connection.openChannel('confirm')];
  const losses: string[] = [];
  connection.onLost((error) => losses.push(errorCodeOf(error)));
  const otherClosed = once(other, 'close');
  broken.publish('an exchange that is not there', '', Buffer.from('x'));
  await otherClosed;
  expect(losses).toEqual(['not-found']);
  const again = await connection.openChannel('confirm');
  again.publish('', 'nobody', Buffer.from('x'));
  await again.waitForConfirms();
  expect(losses).toHaveLength(1);
});

test('on the connection for topology an error costs its channel alone', async () => {
  const connection = connectionOf({}, 'topology');
  const [broken, other] = [await connection.openChannel('plain'), await connection.openChannel('plain')];
  const losses: unknown[] = [];
  connection.onLost((error) => losses.push(error));
  expect((await failureOf(broken.checkQueue('a queue that is not there'))).code).toBe('not-found');
  await expect(other.assertExchange('still-here', 'direct', { autoDelete: true })).resolves.toBeDefined();
  expect(losses).toEqual([]);
});

test('a connection that the broker ends is told and made again, under its name', { timeout: 20_000 }, async () => {
  const admin = createRabbitAdmin(broker?.adminAddress);
  const connection = connectionOf({ connectionName: 'billing' });
  const namesNow = async (): Promise<readonly unknown[]> =>
    (await admin.read('connections'))
      .filter((one) => JSON.stringify(one['client_properties']).includes('"billing publish"'))
      .map(({ name }) => name);
  await connection.openChannel('plain');
  const [name] = await vi.waitUntil(async () => (await namesNow()).length > 0 && namesNow(), 8000);
  const lost = new Promise<Error>((resolve) => connection.onLost(resolve));
  await admin.change('DELETE', `connections/${encodeURIComponent(String(name))}`);
  expect(errorCodeOf(await lost)).toBe('unavailable');
  await connection.openChannel('plain');
  await vi.waitUntil(async () => (await namesNow()).some((other) => other !== name), 8000);
});

test('rotated credentials are used from the next connection on', async () => {
  const admin = createRabbitAdmin(broker?.adminAddress);
  const grant = (password: string) => admin.change('PUT', 'users/rotated', { password, tags: '' });
  await grant('first');
  await admin.change('PUT', 'permissions/%2F/rotated', { configure: '', write: '.*', read: '.*' });
  const { proxy, through } = await proxied();
  let password = 'first';
  const connection = connectionOf({ urls: [through], credentials: async () => ({ username: 'rotated', password }) });
  await connection.openChannel('plain');
  await grant('second');
  password = 'second';
  const lost = new Promise((resolve) => connection.onLost(resolve));
  await proxy.cutAll();
  await lost;
  await expect(connection.openChannel('plain')).resolves.toBeDefined();
  const old = connectionOf({ credentials: () => ({ username: 'rotated', password: 'first' }) });
  expect((await failureOf(old.openChannel('plain'))).code).toBe('unauthorized');
});

test('credentials that cannot be had, or not in time, are unavailable, and asked for again', async () => {
  const sources = [
    () => Promise.reject(new Error('The secret store is down.')),
    () => new Promise<never>(() => undefined),
    () => ({ username: 'guest', password: 'guest' }),
  ];
  let asked = 0;
  const connection = connectionOf({
    connectTimeoutMs: 500,
    credentials: () => {
      asked += 1;
      return sources[asked - 1]?.() ?? Promise.reject(new Error('Asked too often.'));
    },
  });
  expect((await failureOf(connection.openChannel('plain'))).code).toBe('unavailable');
  expect((await failureOf(connection.openChannel('plain'))).code).toBe('unavailable');
  await expect(connection.openChannel('plain')).resolves.toBeDefined();
});

test('closing leaves no connection behind, also one that is being made', async () => {
  const { proxy, through } = await proxied();
  const connection = connectionOf({ urls: [through] });
  const opening = failureOf(connection.openChannel('plain'));
  await connection.close();
  await connection.close();
  expect((await opening).code).toBe('closed');
  expect((await failureOf(connection.openChannel('plain'))).code).toBe('closed');
  await vi.waitUntil(() => proxy.connections === 0);
});
