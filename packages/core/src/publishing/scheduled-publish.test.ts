import { expect, test } from 'vitest';
import { z } from 'zod';
import { createBus } from '../bus/create-bus.ts';
import { defineCommand } from '../contracts/define-command.ts';
import { defineEvent } from '../contracts/define-event.ts';
import type { StoreCapabilities, TransportDriver } from '../driver/index.ts';
import { createMemoryStoreState } from '../memory-store/memory-store-state.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const quarterMs = 900_000;
const Reminder = defineEvent({
  name: 'payment-reminder',
  version: 1,
  schema: z.object({ invoice: z.string() }),
  orderingKey: ({ invoice }) => invoice,
});
const Order = defineCommand({ name: 'order', version: 1, schema: z.object({ invoice: z.string() }) });

interface WorldOptions {
  readonly publishing?: 'direct' | 'outbox';
  readonly effect?: 'once' | 'at-least-once';
  readonly durability?: 'native' | 'unsupported';
  readonly scheduling?: StoreCapabilities['scheduling'];
  /** What an earlier bus has left behind. */
  readonly world?: World;
}

const createWorld = () => ({ clock: virtualClock(), broker: new Map(), state: createMemoryStoreState('epoch') });
type World = ReturnType<typeof createWorld>;

/** A bus on a broker that delays for 15 minutes at most, as SQS does. */
function openBus(options: WorldOptions = {}) {
  const { publishing = 'direct', effect = 'once', durability = 'unsupported', scheduling } = options;
  const { clock, broker, state } = options.world ?? createWorld();
  const inProcess = inProcessTransport({ clock, broker });
  const delay = { ...inProcess.capabilities.delay, delayMsMax: quarterMs };
  const capabilities = { ...inProcess.capabilities, delay, durability: { level: durability, source: 'here' } };
  const transport: TransportDriver = { ...inProcess, name: 'sqs', capabilities };
  const memory = memoryStore({ clock, state });
  const store = scheduling === undefined ? memory : { ...memory, capabilities: { ...memory.capabilities, scheduling } };
  const bus = createBus({ transport, store, clock, publishing, random: seededRandom(1), newId: countingIds('m') });
  const handled: { readonly invoice: string; readonly atMs: number }[] = [];
  bus.handle(Reminder, ({ invoice }) => void handled.push({ invoice, atMs: clock.monotonic() }), {
    group: 'mail',
    effect: 'once',
    durability: 'volatile',
  });
  bus.handle(
    Order,
    async ({ invoice }, { publish }) => {
      await publish(Reminder, { invoice }, { delayMs: hourMs });
    },
    { effect, durability: 'volatile' },
  );
  return { bus, clock, store: memory, handled };
}

test.each(['direct', 'outbox'] as const)(
  'a delay beyond what the broker can do is kept by the store (%s), and within it by the broker',
  async (publishing) => {
    const { bus, clock, store, handled } = openBus({ publishing });
    await clock.runUntil(bus.start());
    await clock.runUntil(bus.publish(Reminder, { invoice: 'late' }, { delayMs: hourMs }));
    await clock.runUntil(bus.publish(Reminder, { invoice: 'soon' }, { delayMs: quarterMs }));
    expect((await store.inspect()).scheduledRows).toBe(1);
    await clock.advance(hourMs - 1);
    expect(handled.map(({ invoice }) => invoice)).toEqual(['soon']);
    await clock.advance(1);
    expect(handled[1]).toEqual({ invoice: 'late', atMs: hourMs });
    await clock.runUntil(bus.stop());
  },
);

test('a message of 30 days outlives the bus that published it, and goes out as soon as one is there again', async () => {
  const world = createWorld();
  const { clock } = world;
  const first = openBus({ world });
  await clock.runUntil(first.bus.start());
  await clock.runUntil(first.bus.publish(Reminder, { invoice: 'i' }, { delayMs: 30 * dayMs }));
  await clock.runUntil(first.bus.stop());
  await clock.advance(30 * dayMs - clock.monotonic() - 1000);
  const second = openBus({ world });
  await clock.runUntil(second.bus.start());
  await clock.advance(999);
  expect(second.handled).toEqual([]);
  await clock.advance(1);
  expect(second.handled).toEqual([{ invoice: 'i', atMs: 30 * dayMs }]);
  await clock.runUntil(second.bus.stop());
});

test.each(['once', 'at-least-once'] as const)('what a handler delays for long is scheduled (%s)', async (effect) => {
  const { bus, clock, store, handled } = openBus({ effect });
  await clock.runUntil(bus.start());
  await clock.runUntil(bus.send(Order, { invoice: 'i' }));
  await clock.runUntil(bus.drain());
  expect((await store.inspect()).scheduledRows).toBe(1);
  await clock.advance(hourMs + 1000);
  expect(handled).toMatchObject([{ invoice: 'i' }]);
  await clock.runUntil(bus.stop());
});

test('later messages of the key go before it, and the fence of an exactly-once handler sees no gap', async () => {
  const { bus, clock, handled } = openBus({ publishing: 'outbox' });
  await clock.runUntil(bus.start());
  await clock.runUntil(bus.publish(Reminder, { invoice: 'i' }, { delayMs: hourMs }));
  await clock.runUntil(bus.publish(Reminder, { invoice: 'i' }));
  await clock.advance(1000);
  expect(handled).toHaveLength(1);
  await clock.advance(hourMs);
  expect(handled).toHaveLength(2);
  expect((await bus.deadLetters.list()).letters).toEqual([]);
  await clock.runUntil(bus.stop());
});

test('a transaction that fails schedules nothing', async () => {
  const { bus, clock, store } = openBus();
  await clock.runUntil(bus.start());
  const failed = bus.transaction(async ({ publish }) => {
    await publish(Reminder, { invoice: 'i' }, { delayMs: hourMs });
    throw new Error('no');
  });
  await expect(clock.runUntil(failed)).rejects.toThrow('no');
  expect((await store.inspect()).scheduledRows).toBe(0);
  await clock.runUntil(bus.stop());
});

test('the plan says who keeps which delay', () => {
  expect(
    openBus()
      .bus.explain()
      .lines.find(({ guarantee }) => guarantee === 'delay'),
  ).toMatchObject({
    subject: 'bus',
    asked: 'any time',
    how: 'emulated',
    by: 'sqs for up to 900000 ms; longer ones kept by store memory, numbered and relayed when due',
  });
});

test.each<[string, WorldOptions, string]>([
  [
    'a store that cannot schedule',
    { scheduling: { level: 'unsupported', source: 'here', delayMsMax: 0 } },
    'store memory cannot schedule',
  ],
  ['a store that ends with its process', { durability: 'native' }, 'store memory ends with its process, unlike sqs'],
  ['a store with a limit', { scheduling: { level: 'native', source: 'here', delayMsMax: dayMs } }, 'outside 0 to'],
])('with %s a long delay is refused, and the error says why', async (_, options, reason) => {
  const { bus, clock } = openBus(options);
  await clock.runUntil(bus.start());
  const refused = bus.publish(Reminder, { invoice: 'i' }, { delayMs: 30 * dayMs });
  await expect(clock.runUntil(refused)).rejects.toMatchObject({
    code: 'delay-unsupported',
    message: expect.stringContaining(reason) as string,
  });
  await clock.runUntil(bus.stop());
});
