import { expect, test } from 'vitest';
import { z } from 'zod';
import type { BusEvent } from '../bus/bus-event.ts';
import type { BatchHandlerOptions, Handler, HandlerOptions } from '../bus/bus.ts';
import { createBus } from '../bus/create-bus.ts';
import { defineCommand } from '../contracts/define-command.ts';
import type { StoreDriver } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import type { MemoryTables } from '../memory-store/memory-tables.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import type { VirtualClock } from '../testing/virtual-clock.ts';

interface Payment {
  readonly orderId: string;
  readonly step: number;
}

const Pay = defineCommand({
  name: 'pay',
  version: 1,
  schema: z.object({ orderId: z.string(), step: z.number() }),
  orderingKey: ({ orderId }) => orderId,
  deduplicationKey: ({ orderId, step }) => `${orderId}/${step}`,
});

type PayHandler = Handler<Payment, MemoryTables>;

interface StageOptions extends Omit<HandlerOptions, 'batch'> {
  readonly batch?: HandlerOptions['batch'] | undefined;
  readonly handler?: (clock: VirtualClock) => PayHandler;
  readonly change?: (store: StoreDriver<MemoryTables>) => StoreDriver<MemoryTables>;
}

/** A bus whose handler writes one row for each effect, and whose transactions are counted. */
function openStage({ handler, change = (store) => store, ...rest }: StageOptions = {}) {
  const { batch, ...options } = { batch: {}, ...rest };
  const clock = virtualClock();
  const memory = memoryStore({ clock, newId: countingIds('store') });
  const events: BusEvent[] = [];
  const counts = { transactions: 0, claims: 0 };
  /** Of the batches, in orders. */
  const sizes: number[] = [];
  const counted: StoreDriver<MemoryTables> = {
    ...memory,
    transaction: (work) =>
      memory.transaction((transaction) => {
        counts.transactions += 1;
        const claim: typeof transaction.claim = (claims) => {
          counts.claims += 1;
          sizes.push(new Set(claims.map(({ key }) => key.split('/')[0])).size);
          return transaction.claim(claims);
        };
        return work({ ...transaction, claim });
      }),
  };
  const bus = createBus({
    clock,
    random: seededRandom(1),
    newId: countingIds('message'),
    store: change(counted),
    transport: inProcessTransport({ clock }),
    observe: (event) => void events.push(event),
  });
  const write: PayHandler = async ({ orderId, step }, { transaction }) => {
    const table = transaction?.table<readonly number[]>('steps');
    table?.put(orderId, [...(table.get(orderId) ?? []), step]);
  };
  const inner = handler?.(clock);
  bus.handle(
    Pay,
    async (payment, context) => {
      await inner?.(payment, context);
      await write(payment, context);
    },
    { effect: 'once', concurrency: 20, ...options, ...(batch === undefined ? {} : { batch }) },
  );
  const idle = (payments: readonly Payment[]): Promise<void> =>
    clock.runUntil(
      (async () => {
        await bus.start();
        await bus.publishAll(Pay, payments);
        await bus.drain();
      })(),
    );
  const stepsOf = (orderId: string) => memory.tables.table<readonly number[]>('steps').get(orderId);
  return { bus, idle, counts, sizes, events, stepsOf, memory };
}

const orders = (count: number): readonly Payment[] =>
  Array.from({ length: count }, (_, order) => ({ orderId: `o-${order}`, step: 1 }));

const named = (events: readonly BusEvent[], name: BusEvent['event']) => events.filter(({ event }) => event === name);

test('deliveries that are there together share one transaction and one round trip of claims', async () => {
  const { idle, counts, stepsOf, events } = openStage();
  await idle(orders(20));
  expect(orders(20).map(({ orderId }) => stepsOf(orderId))).toEqual(orders(20).map(() => [1]));
  expect(counts).toEqual({ transactions: 1, claims: 1 });
  expect(named(events, 'handled')).toHaveLength(20);
});

test.each([
  { count: 32, concurrency: 40, sizes: [16, 16] },
  { count: 21, concurrency: 80, sizes: [11, 10] },
  { count: 50, concurrency: 40, sizes: [20, 20, 10] },
])('$count deliveries with a concurrency of $concurrency are shared out to $sizes', async (given) => {
  const { idle, sizes } = openStage({ batch: { max: 20 }, concurrency: given.concurrency });
  await idle(orders(given.count));
  expect(sizes.toSorted((left, right) => right - left)).toEqual(given.sizes);
});

test('without `batch` each has a transaction of its own', async () => {
  const { idle, counts } = openStage({ batch: undefined });
  await idle(orders(20));
  expect(counts.transactions).toBe(20);
});

test('what handlers publish leaves with the one commit', async () => {
  const Paid = defineCommand({ name: 'paid', version: 1, schema: z.object({ orderId: z.string() }) });
  const { idle, bus, counts } = openStage({
    handler:
      () =>
      async ({ orderId }, { send }) => {
        await send(Paid, { orderId });
      },
  });
  const paid: string[] = [];
  bus.handle(Paid, ({ orderId }) => void paid.push(orderId));
  await idle(orders(10));
  expect(paid.toSorted()).toEqual(orders(10).map(({ orderId }) => orderId));
  expect(counts.transactions).toBe(1);
});

test('only the one that fails is tried again, and no effect of the others is lost or doubled', async () => {
  const { idle, stepsOf, events } = openStage({
    retry: { attemptsMax: 3 },
    handler:
      () =>
      ({ orderId }) => {
        if (orderId === 'o-7') throw new Error('the card is refused');
      },
  });
  await idle(orders(20));
  expect(named(events, 'attempt-failed')).toHaveLength(3);
  expect(named(events, 'dead-lettered')).toHaveLength(1);
  expect(named(events, 'handled')).toHaveLength(19);
  expect(orders(20).map(({ orderId }) => stepsOf(orderId)?.length)).toEqual(
    orders(20).map(({ orderId }) => (orderId === 'o-7' ? undefined : 1)),
  );
});

test('the order of every key holds over batches that break', async () => {
  let calls = 0;
  const { idle, stepsOf } = openStage({
    retry: { attemptsMax: 50 },
    batch: { max: 8 },
    handler: () => () => {
      calls += 1;
      if (calls % 11 === 0) throw new Error('every now and then');
    },
  });
  const steps = Array.from({ length: 12 }, (_, step) => step);
  await idle(steps.flatMap((step) => orders(10).map(({ orderId }) => ({ orderId, step }))));
  for (const { orderId } of orders(10)) expect(stepsOf(orderId)).toEqual(steps);
});

test('one identity that comes twice in a batch has one effect', async () => {
  const Once = defineCommand({
    name: 'once',
    version: 1,
    schema: z.object({ orderId: z.string() }),
    deduplicationKey: ({ orderId }) => orderId,
  });
  const { idle, bus, memory, events } = openStage();
  bus.handle(
    Once,
    (_, { transaction }) => {
      const table = transaction?.table<number>('once');
      table?.put('count', (table.get('count') ?? 0) + 1);
    },
    { effect: 'once', batch: {} },
  );
  await idle([]);
  await bus.publishAll(Once, [{ orderId: 'o-1' }, { orderId: 'o-1' }, { orderId: 'o-1' }]);
  await idle([]);
  expect(memory.tables.table('once').get('count')).toBe(1);
  expect(named(events, 'duplicate')).toHaveLength(2);
});

test('handlers that take longer together than the budget are run one by one', async () => {
  const { idle, counts, stepsOf } = openStage({
    batch: { budgetMs: 100 },
    handler:
      ({ sleep }) =>
      () =>
        sleep(40),
  });
  await idle(orders(10));
  expect(orders(10).map(({ orderId }) => stepsOf(orderId))).toEqual(orders(10).map(() => [1]));
  expect(counts.transactions).toBeGreaterThanOrEqual(11);
});

test('a commit whose answer is lost is decided by claiming again: one effect each', async () => {
  let losses = 1;
  const lost = new BusError({ code: 'commit-unknown', message: 'The answer to a commit is lost.' });
  const { idle, stepsOf, events } = openStage({
    change: (store) => ({
      ...store,
      codeOf: (error) => (error === lost ? 'commit-unknown' : store.codeOf(error)),
      transaction: async (work) => {
        const result = await store.transaction(work);
        losses -= 1;
        if (losses >= 0) throw lost;
        return result;
      },
    }),
  });
  await idle(orders(10));
  expect(orders(10).map(({ orderId }) => stepsOf(orderId))).toEqual(orders(10).map(() => [1]));
  expect(named(events, 'duplicate')).toHaveLength(10);
});

test('a store that is down fails the batch as one, and counts no attempts', async () => {
  let failures = 3;
  const down = new BusError({ code: 'unavailable', message: 'The database is down.' });
  const { idle, stepsOf, events } = openStage({
    retry: { attemptsMax: 1 },
    change: (store) => ({
      ...store,
      codeOf: (error) => (error === down ? 'unavailable' : store.codeOf(error)),
      transaction: (work) => {
        failures -= 1;
        return failures >= 0 ? Promise.reject(down) : store.transaction(work);
      },
    }),
  });
  await idle(orders(5));
  expect(orders(5).map(({ orderId }) => stepsOf(orderId))).toEqual(orders(5).map(() => [1]));
  expect(named(events, 'dead-lettered')).toEqual([]);
});

test.each([{ batch: {} }, { batch: { max: 65 }, effect: 'once' }, { batch: { budgetMs: 0 }, effect: 'once' }] as const)(
  'refused: %o',
  (options) => {
    const { bus } = openStage();
    const Other = defineCommand({ name: 'other', version: 1, schema: z.object({}) });
    expect(() => bus.handle(Other, () => undefined, options)).toThrow(
      expect.objectContaining({ code: 'invalid-options' }),
    );
  },
);

test('a batch handler does the work of all at once, and of each by itself after it has failed', async () => {
  const { idle, bus, events, memory } = openStage();
  const Ship = defineCommand({
    name: 'ship',
    version: 1,
    schema: z.object({ orderId: z.string() }),
    deduplicationKey: ({ orderId }) => orderId,
  });
  const Shipped = defineCommand({ name: 'shipped', version: 1, schema: z.object({ orderId: z.string() }) });
  const calls: number[] = [];
  const shipped: string[] = [];
  bus.handleBatch(
    Ship,
    async (items, transaction) => {
      calls.push(items.length);
      for (const { payload, context } of items) {
        if (payload.orderId === 'bad') throw new Error('no such order');
        transaction.table<number>('parcels').insert(payload.orderId, 1);
        await context.send(Shipped, payload);
      }
    },
    { concurrency: 20, retry: { attemptsMax: 2 } },
  );
  bus.handle(Shipped, ({ orderId }) => void shipped.push(orderId));
  await idle([]);
  await bus.publishAll(Ship, [{ orderId: 'a' }, { orderId: 'b' }, { orderId: 'c' }]);
  await idle([]);
  expect(calls).toEqual([3]);
  await bus.publishAll(Ship, [{ orderId: 'd' }, { orderId: 'bad' }, { orderId: 'e' }]);
  await idle([]);
  expect(calls).toEqual([3, 3, 1, 1, 1, 1]);
  expect(memory.tables.table('parcels').size).toBe(5);
  expect(shipped.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(named(events, 'dead-lettered')).toHaveLength(1);
});

test.each([{ effect: 'once' }, { middleware: [] }] as const)('a batch handler takes no %o', (options) => {
  const { bus } = openStage();
  const Other = defineCommand({ name: 'other', version: 1, schema: z.object({}) });
  expect(() => bus.handleBatch(Other, () => undefined, options as BatchHandlerOptions)).toThrow(
    expect.objectContaining({ code: 'invalid-options' }),
  );
});
