import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand, memoryStore, systemClock } from '@waybill/core';
import { inProcessTransport } from '@waybill/core/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { RedisConnectionOptions, RedisFailure } from '../connection/redis-connection-options.ts';
import { redisConnection } from '../connection/redis-connection.ts';
import { requestFilter } from './request-filter.ts';
import type { FilterOutcome } from './request-filter.ts';

// Never a server of somebody else: it is emptied, filled, frozen and killed.
const own = { origins: ['docker', 'native'] } as const;
const broker = await findBroker('redis', 'that losing Redis costs a second delivery and never a second effect', own);
const address = broker?.address ?? '';
const admin = new Redis(address || 'redis://127.0.0.1:1', { lazyConnect: true, commandTimeout: 5000 });
admin.on('error', () => undefined);

beforeEach(({ skip }) => skip(broker === undefined, 'Redis cannot be had here.'));
beforeEach(async () => {
  await admin.config('SET', 'maxmemory', '0');
  await admin.flushall();
});
afterAll(async () => {
  admin.disconnect();
  await broker?.stop();
});

const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema: z.object({ orderId: z.string() }),
  deduplicationKey: (order) => order.orderId,
});

/** A shop whose webhook publishes behind the filter, and whose inbox is the authority over the charge. */
async function openShop(options: Partial<RedisConnectionOptions> = {}, onFailure: 'open' | 'closed' = 'open') {
  const failures: RedisFailure[] = [];
  const connection = redisConnection({
    ...(options.client === undefined ? { url: address } : {}),
    commandTimeoutMs: 250,
    observe: (failure) => failures.push(failure),
    ...options,
  });
  const filter = requestFilter({ connection, name: 'webhooks', onFailure, leaseMs: 800, keepMs: 60_000 });
  const store = memoryStore();
  const bus = createBus({ transport: inProcessTransport({ clock: systemClock }), store });
  let runs = 0;
  // A row of its own for each run that commits: a second effect would be a second row.
  bus.handle(
    ChargeOrder,
    ({ orderId }, { transaction }) => {
      runs += 1;
      transaction?.table('charges').put(`run-${runs}`, { orderId });
    },
    { effect: 'once', durability: 'volatile' },
  );
  await bus.start();
  onTestFinished(async () => {
    await connection.close();
    await bus.stop();
  });
  let published = 0;
  const publish = async (orderId: string): Promise<undefined> => {
    published += 1;
    await bus.send(ChargeOrder, { orderId });
  };
  return {
    charges: () =>
      store.tables
        .table<{ orderId: string }>('charges')
        .rows()
        .map(({ orderId }) => orderId),
    failures,
    filter,
    connection,
    published: () => published,
    publish,
    receive: (orderId: string) => filter.run(orderId, () => publish(orderId)),
    settled: () => bus.drain({ timeoutMs: 5000 }),
  };
}

/** A sender as marketplaces are: it repeats a webhook until it hears that it was done. */
async function repeatUntilDone(receive: () => Promise<FilterOutcome>): Promise<FilterOutcome> {
  for (;;) {
    const outcome = await receive().catch(() => undefined);
    if (outcome?.status === 'ran' || outcome?.status === 'done') return outcome;
    await sleep(20);
  }
}

describe('a second delivery passes, and the effect stays single', () => {
  test('after FLUSHALL between the claim and the effect', async () => {
    const shop = await openShop();
    let second: FilterOutcome | undefined;
    const first = await shop.filter.run('o-1', async () => {
      await admin.flushall();
      second = await shop.receive('o-1');
      return shop.publish('o-1');
    });
    await shop.settled();
    expect([first.status, second?.status, shop.published()]).toEqual(['ran', 'ran', 2]);
    expect(shop.charges()).toEqual(['o-1']);
  });

  test('S19a: after a failover to a replica that had not heard of the claim', async () => {
    const empty = await findBroker('redis', 'a failover to an empty replica', own);
    if (empty === undefined) throw new Error('The second server could not be started.');
    onTestFinished(empty.stop);
    const name = await movingAddress(address);
    const shop = await openShop({ url: name.url });
    await repeatUntilDone(() => shop.receive('o-1'));
    expect(await shop.receive('o-1')).toMatchObject({ status: 'done' });
    name.moveTo(empty.address);
    await expect.poll(() => shop.connection.client.status).toBe('ready');
    expect(await shop.receive('o-1')).toMatchObject({ status: 'ran' });
    await shop.settled();
    expect(shop.published()).toBe(2);
    expect(shop.charges()).toEqual(['o-1']);
  });

  test('S19b: when it comes after the answer has expired', async () => {
    const shop = await openShop();
    const { connection } = shop;
    const filter = requestFilter({ connection, name: 'short', onFailure: 'open', leaseMs: 300, keepMs: 50 });
    await filter.run('o-1', () => shop.publish('o-1'));
    await sleep(100);
    expect(await filter.run('o-1', () => shop.publish('o-1'))).toMatchObject({ status: 'ran' });
    await shop.settled();
    expect(shop.charges()).toEqual(['o-1']);
  });

  test('S19d: when the record was evicted', async () => {
    const shop = await openShop();
    await shop.receive('o-1');
    await evictEverything();
    expect(await shop.receive('o-1')).toMatchObject({ status: 'ran' });
    await shop.settled();
    expect(shop.published()).toBe(2);
    expect(shop.charges()).toEqual(['o-1']);
  });

  test('while CLIENT PAUSE holds all answers back', async () => {
    const shop = await openShop();
    await shop.receive('o-1');
    await admin.client('PAUSE', 1000, 'ALL');
    const outcomes = await Promise.all([shop.receive('o-1'), shop.receive('o-2'), shop.receive('o-2')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['ran', 'ran', 'ran']);
    expect(shop.failures[0]?.error.code).toBe('timeout');
    await admin.ping();
    await repeatUntilDone(() => shop.receive('o-2'));
    await shop.settled();
    expect(shop.charges().toSorted()).toEqual(['o-1', 'o-2']);
  });

  test('while Redis is out of memory', async () => {
    const shop = await openShop();
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await admin.config('SET', 'maxmemory', '1');
    expect(await shop.receive('o-1')).toMatchObject({ status: 'ran' });
    expect(await shop.receive('o-1')).toMatchObject({ status: 'ran' });
    await shop.settled();
    expect(shop.failures.map(({ error }) => error.code)).toEqual(['out-of-memory', 'out-of-memory']);
    expect(shop.charges()).toEqual(['o-1']);
  });
});

describe('an order is never lost', () => {
  test('S19c: when its first delivery dies after the claim', async () => {
    const shop = await openShop();
    // It claims, and is killed: nobody completes or releases.
    expect(await shop.filter.claim('o-1')).toMatchObject({ status: 'claimed' });
    expect(await shop.receive('o-1')).toEqual({ status: 'in-progress', retryAfterMs: 800 });
    await repeatUntilDone(() => shop.receive('o-1'));
    await shop.settled();
    expect(shop.charges()).toEqual(['o-1']);
  });

  test('when its first delivery fails: the next one need not wait', async () => {
    const shop = await openShop();
    const failing = shop.filter.run('o-1', () => Promise.reject(new Error('no broker')));
    await expect(failing).rejects.toThrow('no broker');
    expect(await shop.receive('o-1')).toMatchObject({ status: 'ran' });
    await shop.settled();
    expect(shop.charges()).toEqual(['o-1']);
  });

  test('while Redis is down, and when it is back', { timeout: 30_000 }, async () => {
    const shop = await openShop();
    await shop.receive('o-1');
    await broker?.kill9();
    const orders = Array.from({ length: 50 }, (_, at) => `down-${at}`);
    await Promise.all([...orders, ...orders].map((orderId) => repeatUntilDone(() => shop.receive(orderId))));
    await shop.settled();
    expect(shop.charges().toSorted()).toEqual(['o-1', ...orders].toSorted());
    expect(new Set(shop.failures.map(({ error }) => error.code))).toEqual(new Set(['unavailable']));
    await broker?.restart();
    await expect.poll(() => shop.connection.client.status, { timeout: 20_000 }).toBe('ready');
    expect(await shop.receive('o-1')).toMatchObject({ status: 'done' });
  });

  test(
    'fail-closed: every fault is an error with a code, and the sender comes again',
    { timeout: 30_000 },
    async () => {
      const shop = await openShop({}, 'closed');
      await admin.config('SET', 'maxmemory', '1');
      await expect(shop.receive('o-1')).rejects.toMatchObject({ code: 'out-of-memory' });
      await admin.config('SET', 'maxmemory', '0');
      await admin.client('PAUSE', 700, 'ALL');
      await expect(shop.receive('o-1')).rejects.toMatchObject({ code: 'timeout' });
      await broker?.kill9();
      await expect.poll(() => shop.connection.client.status).not.toBe('ready');
      await expect(shop.receive('o-1')).rejects.toMatchObject({ code: 'unavailable' });
      expect(shop.published()).toBe(0);
      await broker?.restart();
      await repeatUntilDone(() => shop.receive('o-1'));
      await shop.settled();
      expect(shop.charges()).toEqual(['o-1']);
    },
  );
});

describe('the naive ways, on the same server', () => {
  test('S19c: a claim without a state loses the order of who dies', async () => {
    const isNew = async (): Promise<boolean> => (await admin.set('seen:o-1', '1', 'EX', 60, 'NX')) === 'OK';
    expect(await isNew()).toBe(true);
    // It is killed here. The repetition is taken for done, and nobody will ever publish the order.
    expect(await isNew()).toBe(false);
  });

  test('S19e: a check before a set lets several through at once; a claim lets one', async () => {
    const shop = await openShop();
    const others = await Promise.all(Array.from({ length: 5 }, () => openShop()));
    const shops = [shop, ...others];
    // The schedule that hurts is made and not waited for: each has looked before any of them has written.
    const checks = await Promise.all(
      shops.map(({ connection }) => connection.send((client) => client.get('seen:o-1'))),
    );
    await Promise.all(shops.map(({ connection }) => connection.send((client) => client.set('seen:o-1', '1'))));
    expect(checks).toEqual(shops.map(() => null));

    const deliveries = Array.from({ length: 20 }, () => shops).flat();
    const outcomes = await Promise.all(deliveries.map(({ filter }) => filter.run('o-1', () => shop.publish('o-1'))));
    expect(outcomes.filter(({ status }) => status === 'ran')).toHaveLength(1);
    expect(shop.published()).toBe(1);
  });
});

async function evictEverything(): Promise<void> {
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const used = /used_memory:(\d+)/u.exec(await admin.info('memory'))?.[1];
  await admin.config('SET', 'maxmemory', String(Number(used) + 200_000));
  for (let at = 0; (await admin.keys('waybill:*')).length > 0 && at < 2000; at += 1) {
    await admin.set(`filler-${at}`, 'x'.repeat(10_000));
  }
  expect(await admin.keys('waybill:*')).toEqual([]);
}

/** A name that stays while the server behind it changes, as that of a failover does. */
async function movingAddress(first: string) {
  let target = new URL(first);
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(Number(target.port), target.hostname);
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        incoming.destroy();
        outgoing.destroy();
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  onTestFinished(() => {
    cut();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    moveTo: (next: string): void => {
      target = new URL(next);
      cut();
    },
  };
}
