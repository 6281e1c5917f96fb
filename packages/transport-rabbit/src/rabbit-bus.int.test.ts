import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand, memoryStore } from '@waybill/core';
import type { Bus, HandlerOptions } from '@waybill/core';
import type { DeadLetterRecord, StoreDriver } from '@waybill/core/driver';
import { hostileBodies } from '@waybill/core/testing';
import { connect } from 'amqplib';
import type { ConfirmChannel } from 'amqplib';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createNames } from './names.ts';
import { rabbitTransport } from './rabbit-transport.ts';
import { createRabbitAdmin } from './testing/rabbit-admin.ts';

const broker = await findBroker('rabbitmq', 'a bus on RabbitMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const url = broker?.address ?? '';
const schema = z.object({ key: z.string(), seq: z.int() });
const Work = defineCommand({ name: 'work', version: 1, schema, orderingKey: ({ key }) => key });
const address = { kind: 'command', channel: 'work' } as const;

type Payload = z.infer<typeof schema>;

interface Stage {
  readonly bus: Bus;
  readonly queue: string;
  /** Looks at the broker with the raw library. */
  readonly admin: ConfirmChannel;
  readonly letters: () => Promise<readonly DeadLetterRecord[]>;
}

interface Stranger {
  readonly body: string | Uint8Array;
  readonly headers: object | undefined;
}

interface StageOptions {
  readonly handle: (payload: Payload) => Promise<void> | void;
  readonly handler?: HandlerOptions;
  readonly wrapStore?: (store: StoreDriver) => StoreDriver;
}

const openStage = async ({ handle, handler = {}, wrapStore = (store) => store }: StageOptions): Promise<Stage> => {
  const namePrefix = `bus-${randomUUID().slice(0, 8)}`;
  const reconnectMs = { first: 50, max: 200 };
  const transport = rabbitTransport({ urls: [url], namePrefix, partitions: 1, delaysMs: [], reconnectMs });
  const bus = createBus({ transport, store: wrapStore(memoryStore()) });
  bus.handle(Work, handle, { order: 'per-key', durability: 'volatile', ...handler });
  await bus.start();
  const model = await connect(url);
  const admin = await model.createConfirmChannel();
  onTestFinished(async () => {
    await bus.stop({ graceMs: 0 });
    await model.close();
  });
  const letters = async () => (await bus.deadLetters.list({ limit: 1000 })).letters;
  return { bus, queue: createNames(namePrefix).queueOf(address, 0), admin, letters };
};

const until = async (isTrue: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> => {
  const untilMs = performance.now() + limitMs;
  while (!(await isTrue()) && performance.now() < untilMs) await sleep(20);
};

/** What is ready: all there is, a moment after the consumer has gone. */
const readyIn = async ({ admin, queue }: Stage): Promise<number> => (await admin.checkQueue(queue)).messageCount;

test('a dead letter is written before its source is acked: a process that ends in between leaves both, and loses none', async () => {
  const writes: string[] = [];
  const stuck = Promise.withResolvers<void>();
  const wrapStore = (store: StoreDriver): StoreDriver => ({
    ...store,
    transaction: (work) =>
      store.transaction((transaction) =>
        work({
          ...transaction,
          changeDeadLetters: async (changes) => {
            writes.push(...changes.map(({ change }) => change));
            await stuck.promise;
            await transaction.changeDeadLetters(changes);
          },
        }),
      ),
  });
  const stage = await openStage({
    wrapStore,
    handler: { retry: { attemptsMax: 1 } },
    handle: () => {
      throw new Error('It fails.');
    },
  });
  await stage.bus.send(Work, { key: 'a', seq: 1 });
  await until(() => writes.length > 0);
  expect(writes).toEqual(['put']);
  await stage.bus.stop({ graceMs: 0 });
  await until(async () => (await readyIn(stage)) > 0);
  expect(await readyIn(stage)).toBe(1);
  stuck.resolve();
});

test('a dead letter is in the store, whole, its source is gone, and no dead-letter exchange has part in it', async () => {
  const stage = await openStage({
    handler: { retry: { attemptsMax: 2, backoffMs: 10 } },
    handle: ({ seq }) => {
      if (seq === 1) throw new Error('It fails.');
    },
  });
  await stage.bus.send(Work, { key: 'a', seq: 1 });
  await until(async () => (await stage.letters()).length > 0);
  const [letter] = await stage.letters();
  expect(letter).toMatchObject({ channel: 'work', key: 'a', attempts: 2, role: 'poison', error: 'Error: It fails.' });
  expect(JSON.parse(Buffer.from(letter?.body ?? []).toString())).toEqual({ key: 'a', seq: 1 });
  const [shown] = await createRabbitAdmin(broker?.adminAddress).read(`queues/%2F/${encodeURIComponent(stage.queue)}`);
  expect(shown?.['arguments']).toEqual({
    'x-queue-type': 'quorum',
    'x-single-active-consumer': true,
    'x-delivery-limit': 1_000_000,
  });
  await stage.bus.drain({ timeoutMs: 5000 });
  await stage.bus.stop();
  expect(await readyIn(stage)).toBe(0);
});

test(
  'what strangers put into the queue becomes dead letters with their bytes, and the consumer lives on',
  { timeout: 20_000 },
  async () => {
    const handled: number[] = [];
    const stage = await openStage({ handle: ({ seq }) => void handled.push(seq) });
    const strangers: readonly Stranger[] = [
      { body: '{"key":"a","seq":1}', headers: undefined },
      { body: '', headers: undefined },
      { body: 'no json', headers: { 'x-wb-key': 'a', 'ce-type': 'work' } },
      {
        body: '{"a":1}',
        headers: { 'x-wb-key': { table: [1, null] }, 'ce-type': 7, 'ce-time': true, 'wb-version': -1 },
      },
      { body: '{"a":2}', headers: { ['__proto__']: 'x', constructor: 'y', 'x-delivery-count': 99, 'x-death': 'z' } },
      { body: '{"a":3}', headers: { 'x-wb-id': 'n'.repeat(60_000) } },
      ...hostileBodies().map(({ body }) => ({ body, headers: { 'ce-type': 'work', 'wb-version': '1' } })),
    ];
    for (const { body, headers } of strangers) {
      stage.admin.sendToQueue(stage.queue, Buffer.from(body), headers === undefined ? {} : { headers });
    }
    await stage.admin.waitForConfirms();
    // Where there is no id, equal bodies are one letter.
    const distinct = new Set(strangers.map(({ body }) => Buffer.from(body).toString('base64')));
    await stage.bus.send(Work, { key: 'a', seq: 1 });
    await until(async () => handled.length > 0 && (await stage.letters()).length >= distinct.size);
    const letters = await stage.letters();
    expect(handled).toEqual([1]);
    expect(new Set(letters.map(({ body }) => Buffer.from(body).toString('base64')))).toEqual(distinct);
    await stage.bus.drain({ timeoutMs: 5000 });
    await stage.bus.stop();
    expect(await readyIn(stage)).toBe(0);
  },
);

test('a handler that fails for a while keeps its key in order, and the other keys do not wait', async () => {
  const done: string[] = [];
  const failures = new Map([['a1', 2]]);
  const stage = await openStage({
    handler: { retry: { attemptsMax: 5, backoffMs: 200, jitter: 0 }, concurrency: 4 },
    handle: ({ key, seq }) => {
      const name = `${key}${seq}`;
      const left = failures.get(name) ?? 0;
      failures.set(name, left - 1);
      if (left > 0) throw new Error('Not yet.');
      done.push(name);
    },
  });
  const payloads = [1, 2, 3].flatMap((seq) => ['a', 'b'].map((key) => ({ key, seq })));
  await stage.bus.publishAll(Work, payloads);
  await until(() => done.length === 6);
  expect(done).toEqual(['b1', 'b2', 'b3', 'a1', 'a2', 'a3']);
});

test(
  'a queue that is deleted under way is consumed again by a running bus once it is declared',
  { timeout: 30_000 },
  async () => {
    const handled: number[] = [];
    const stage = await openStage({ handle: ({ seq }) => void handled.push(seq) });
    await stage.bus.send(Work, { key: 'a', seq: 1 });
    await until(() => handled.length === 1);
    await stage.admin.deleteQueue(stage.queue);
    const statuses = new Set<string>();
    await until(async () => {
      for (const { status } of (await stage.bus.health()).subscriptions) statuses.add(status);
      return statuses.has('failing');
    });
    expect(statuses).toContain('failing');
    await stage.admin.assertQueue(stage.queue, {
      durable: true,
      arguments: { 'x-queue-type': 'quorum', 'x-single-active-consumer': true, 'x-delivery-limit': 1_000_000 },
    });
    stage.admin.sendToQueue(stage.queue, Buffer.from('for the letters'));
    await until(async () => (await stage.letters()).length === 1);
    expect(await stage.letters()).toHaveLength(1);
  },
);
