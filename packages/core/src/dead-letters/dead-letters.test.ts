import { expect, test } from 'vitest';
import { z } from 'zod';
import { createBus } from '../bus/create-bus.ts';
import { defineEvent } from '../contracts/define-event.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';

const OrderPaid = defineEvent({
  name: 'order-paid',
  version: 1,
  schema: z.object({ orderId: z.string(), number: z.int() }),
  orderingKey: ({ orderId }) => orderId,
});
const stock = 'order-paid/stock';
const numbers = (orderId: string, ...given: readonly number[]) => given.map((number) => ({ orderId, number }));

/** A bus whose handler refuses some numbers. */
function stage(onPoison: 'dead-letter' | 'park-key' | 'block-key', publishing: 'direct' | 'outbox' = 'direct') {
  const kit = testBus({ publishing });
  const broken = new Set<number>();
  kit.bus.handle(
    OrderPaid,
    ({ orderId, number }, { transaction }) => {
      if (broken.has(number)) throw new Error('broken');
      transaction?.table('done').insert(`${orderId}${number}`, `${orderId}${number}`);
    },
    { group: 'stock', onPoison, effect: 'once', retry: { attemptsMax: 2, gapMsMax: 1000 } },
  );
  /** Effects in the order of their commits. */
  const done = () => kit.store.tables.table<string>('done').rows();
  const replay = () => kit.clock.runUntil(kit.bus.deadLetters.replay({ subscription: stock }));
  const letters = async () => (await kit.bus.deadLetters.list()).letters;
  return { ...kit, broken, done, replay, letters };
}

test('a blocked key stands still for as long as it takes, and others go on', async () => {
  const { bus, clock, broken, done, letters, idle } = stage('block-key');
  broken.add(1);
  await clock.runUntil(bus.start());
  await bus.publishAll(OrderPaid, numbers('a', 1, 2));
  await bus.publishAll(OrderPaid, numbers('b', 2, 3));
  await clock.advance(3_600_000);
  expect(done()).toEqual(['b2', 'b3']);
  expect(await letters()).toEqual([]);
  broken.clear();
  await idle();
  expect(done()).toEqual(['b2', 'b3', 'a1', 'a2']);
});

test.each(['direct', 'outbox'] as const)(
  'a dead letter lets its key go on, and a replay has its effect late (%s)',
  async (publishing) => {
    const { bus, broken, done, letters, idle, replay } = stage('dead-letter', publishing);
    broken.add(2);
    await idle(() => bus.publishAll(OrderPaid, numbers('a', 1, 2, 3)));
    expect(done()).toEqual(['a1', 'a3']);
    expect(await letters()).toMatchObject([{ role: 'poison', reason: 'attempts-exhausted', key: 'a' }]);
    broken.clear();
    expect(await replay()).toEqual({ replayed: 1, failed: 0, held: 0 });
    await idle(() => bus.publishAll(OrderPaid, numbers('a', 4)));
    expect(done()).toEqual(['a1', 'a3', 'a2', 'a4']);
  },
);

test.each(['direct', 'outbox'] as const)(
  'what comes while a parked key is replayed follows in order (%s)',
  async (publishing) => {
    const { bus, broken, done, idle, replay, letters } = stage('park-key', publishing);
    broken.add(1);
    await idle(() => bus.publishAll(OrderPaid, numbers('a', 1, 2, 3)));
    broken.clear();
    const later = numbers('a', 4, 5, 6, 7, 8, 9);
    const publishLater = async (): Promise<void> => {
      for (const payload of later) {
        await bus.publish(OrderPaid, payload);
        await Promise.resolve();
      }
    };
    const publishingLater = publishLater();
    expect(await replay()).toMatchObject({ failed: 0, held: 0 });
    await publishingLater;
    await idle();
    expect(done()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `a${number}`));
    expect(await letters()).toEqual([]);
  },
);

test('a message that was about to wait behind a key is handled when the key is freed in between', async () => {
  const clock = virtualClock();
  const store = memoryStore({ clock });
  let onRollback: (() => Promise<unknown>) | undefined;
  const bus = createBus({
    clock,
    transport: inProcessTransport({ clock }),
    store: {
      ...store,
      transaction: async (work) => {
        try {
          return await store.transaction(work);
        } catch (error) {
          const run = onRollback;
          onRollback = undefined;
          await run?.();
          throw error;
        }
      },
    },
  });
  const done: number[] = [];
  let isBroken = true;
  bus.handle(
    OrderPaid,
    ({ number }) => {
      if (isBroken) throw new Error('broken');
      done.push(number);
    },
    { group: 'stock', onPoison: 'park-key', effect: 'once', retry: { attemptsMax: 1 } },
  );
  await bus.start();
  await bus.publish(OrderPaid, { orderId: 'a', number: 1 });
  await clock.runUntil(bus.drain());
  isBroken = false;
  onRollback = () => bus.deadLetters.replay({});
  await bus.publish(OrderPaid, { orderId: 'a', number: 2 });
  await clock.runUntil(bus.drain());
  expect(done).toEqual([1, 2]);
  expect(await store.inspect()).toMatchObject({ deadLetters: 0, parkedKeys: 0 });
});

test.each(['direct', 'outbox'] as const)(
  'two replays at once have one effect for each letter (%s)',
  async (publishing) => {
    const { bus, broken, done, idle, clock, letters } = stage('park-key', publishing);
    broken.add(1);
    await idle(async () => {
      await bus.publishAll(OrderPaid, numbers('a', 1, 2, 3));
      await bus.publishAll(OrderPaid, numbers('b', 1));
    });
    broken.clear();
    const reports = await clock.runUntil(
      Promise.all([bus.deadLetters.replay({ subscription: stock }), bus.deadLetters.replay({ subscription: stock })]),
    );
    expect(reports).toMatchObject([
      { failed: 0, held: 0 },
      { failed: 0, held: 0 },
    ]);
    expect(await letters()).toEqual([]);
    expect(done().toSorted()).toEqual(['a1', 'a2', 'a3', 'b1']);
  },
);

test('a replay that fails again keeps the order of its key, and other keys are replayed', async () => {
  const { bus, broken, done, idle, replay, letters } = stage('park-key');
  broken.add(1).add(2);
  await idle(async () => {
    await bus.publishAll(OrderPaid, numbers('a', 1, 2, 3));
    await bus.publishAll(OrderPaid, numbers('b', 2, 3));
  });
  broken.delete(1);
  expect(await replay()).toEqual({ replayed: 1, failed: 2, held: 2 });
  expect(done()).toEqual(['a1']);
  const left = (await letters()).map(({ key, replays }) => `${key} ${replays}`);
  expect(left.toSorted()).toEqual(['a 0', 'a 1', 'b 0', 'b 1']);
  await idle(() => bus.publishAll(OrderPaid, numbers('a', 4)));
  broken.clear();
  expect(await replay()).toEqual({ replayed: 5, failed: 0, held: 0 });
  expect(done().filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4']);
});

test('a letter behind another is held when it alone is asked for', async () => {
  const { bus, broken, done, idle, clock, letters } = stage('park-key');
  broken.add(1);
  await idle(() => bus.publishAll(OrderPaid, numbers('a', 1, 2)));
  broken.clear();
  const [, second] = await letters();
  const ids = [second?.id ?? ''];
  expect(await clock.runUntil(bus.deadLetters.replay({ ids }))).toEqual({ replayed: 0, failed: 0, held: 1 });
  expect(done()).toEqual([]);
});

test.each(['direct', 'outbox'] as const)(
  'a purge with a reason frees the key for what is behind and what comes (%s)',
  async (publishing) => {
    const { bus, broken, done, idle, letters, replay } = stage('park-key', publishing);
    broken.add(2);
    await idle(() => bus.publishAll(OrderPaid, numbers('a', 1, 2, 3)));
    const [poison] = await letters();
    expect(await bus.deadLetters.purge({ ids: [poison?.id ?? ''] }, 'the order was cancelled')).toEqual({ purged: 1 });
    expect(await replay()).toEqual({ replayed: 1, failed: 0, held: 0 });
    await idle(() => bus.publishAll(OrderPaid, numbers('a', 4)));
    expect(done()).toEqual(['a1', 'a3', 'a4']);
    expect(await letters()).toEqual([]);
  },
);

test.each(['', '  '])('a purge with the reason "%s" is refused and drops nothing', async (reason) => {
  const { bus, broken, idle, letters } = stage('dead-letter');
  broken.add(1);
  await idle(() => bus.publishAll(OrderPaid, numbers('a', 1)));
  await expect(bus.deadLetters.purge({}, reason)).rejects.toMatchObject({ code: 'invalid-options', path: 'reason' });
  expect(await letters()).toHaveLength(1);
});

test('letters are listed page by page in the order in which they were put, and read one by one', async () => {
  const { bus, broken, idle } = stage('dead-letter');
  for (const number of [1, 2, 3, 4, 5]) broken.add(number);
  await idle(() => bus.publishAll(OrderPaid, numbers('a', 1, 2, 3, 4, 5)));
  const seen: string[] = [];
  let after: number | undefined = 0;
  const sizes: number[] = [];
  while (after !== undefined) {
    const page: Awaited<ReturnType<typeof bus.deadLetters.list>> = await bus.deadLetters.list({ after, limit: 2 });
    sizes.push(page.letters.length);
    seen.push(...page.letters.map(({ id }) => id));
    after = page.next;
  }
  expect(sizes).toEqual([2, 2, 1]);
  expect(new Set(seen).size).toBe(5);
  expect(await bus.deadLetters.read(seen[3] ?? '')).toMatchObject({ id: seen[3], key: 'a' });
  await expect(bus.deadLetters.read('nobody')).rejects.toMatchObject({ code: 'dead-letter-not-found' });
});

test('a bus without the handler refuses to replay, before anything is tried', async () => {
  const { bus, broken, idle, store } = stage('dead-letter');
  broken.add(1);
  await idle(() => bus.publishAll(OrderPaid, numbers('a', 1)));
  const clock = virtualClock();
  const other = createBus({
    clock,
    transport: inProcessTransport({ clock }),
    store: memoryStore({ state: store.state, clock }),
  });
  await other.start();
  await expect(other.deadLetters.replay({})).rejects.toMatchObject({ code: 'not-subscribed' });
  expect((await other.deadLetters.list()).letters).toMatchObject([{ replays: 0 }]);
});

test('a classifier that throws does not take a replay with it', async () => {
  let runs = 0;
  const { bus, idle, clock } = testBus();
  bus.handle(
    OrderPaid,
    () => {
      runs += 1;
      throw new Error('broken');
    },
    {
      group: 'stock',
      retry: {
        attemptsMax: 2,
        classify: () => {
          throw new Error('a bug');
        },
      },
    },
  );
  await idle(() => bus.publishAll(OrderPaid, numbers('a', 1)));
  const report = await clock.runUntil(bus.deadLetters.replay({}));
  expect(report).toEqual({ replayed: 0, failed: 1, held: 0 });
  expect(runs).toBe(4);
});

test('the message stays with the broker until its dead letter is stored', async () => {
  const clock = virtualClock();
  const transport = inProcessTransport({ clock });
  const store = memoryStore({ clock });
  const bus = createBus({
    clock,
    transport,
    store: {
      ...store,
      transaction: async (work) => {
        if (clock.monotonic() < 60_000) throw new Error('the store is down');
        return store.transaction(work);
      },
    },
  });
  let runs = 0;
  bus.handle(
    OrderPaid,
    () => {
      runs += 1;
      throw new Error('broken');
    },
    { group: 'stock', retry: { attemptsMax: 2 }, leaseMs: 5000 },
  );
  await bus.start();
  await bus.publishAll(OrderPaid, numbers('a', 1, 2));
  await clock.advance(59_000);
  const address = { kind: 'event', channel: 'order-paid', group: 'stock' } as const;
  expect(runs).toBe(2);
  expect(await transport.inspect(address)).toMatchObject({ ready: 0, inFlight: 2 });
  await clock.runUntil(bus.drain());
  expect((await bus.deadLetters.list()).letters).toHaveLength(2);
  expect(await transport.inspect(address)).toMatchObject({ ready: 0, inFlight: 0 });
});
