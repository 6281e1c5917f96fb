import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import type { Timer } from '../driver/index.ts';
import { createMemoryStoreState } from '../memory-store/memory-store-state.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import type { InProcessBroker } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import type { VirtualClock } from '../testing/virtual-clock.ts';
import type { HandlerOptions, Handler } from './bus.ts';
import { createBus } from './create-bus.ts';

const ShipOrder = defineCommand({
  name: 'ship-order',
  version: 1,
  schema: z.object({ orderId: z.string() }),
  deduplicationKey: ({ orderId }) => orderId,
});

type ShipHandler = Handler<{ readonly orderId: string }>;

/** Broker and database that outlive the buses on them. */
function createWorld() {
  const clock = virtualClock();
  const broker: InProcessBroker = new Map();
  const state = createMemoryStoreState('epoch');
  return {
    clock,
    createBus: (handler: ShipHandler, options?: HandlerOptions) => {
      const bus = createBus({
        transport: inProcessTransport({ clock, broker }),
        store: memoryStore({ clock, state }),
        clock,
      });
      bus.handle(ShipOrder, handler, options);
      return bus;
    },
  };
}

/** Counts what one bus has on the clock; the broker has its own alarms there. */
function countingClock(base: VirtualClock): VirtualClock {
  const open = new Set<object>();
  const after = (delayMs: number, task: () => void): Timer => {
    const mark = {};
    open.add(mark);
    const timer = base.after(delayMs, () => {
      open.delete(mark);
      task();
    });
    return {
      cancel: () => {
        open.delete(mark);
        timer.cancel();
      },
    };
  };
  const sleep = async (delayMs: number, signal?: AbortSignal): Promise<void> => {
    const mark = {};
    open.add(mark);
    await base.sleep(delayMs, signal);
    open.delete(mark);
  };
  return {
    ...base,
    after,
    sleep,
    get pendingTimers() {
      return open.size;
    },
  };
}

test('starting twice, also at once, starts once', async () => {
  const { bus, idle, handled, clock } = testBus();
  bus.handle(ShipOrder, () => undefined);
  await clock.runUntil(Promise.all([bus.start(), bus.start()]));
  await clock.runUntil(bus.start());
  await idle(() => bus.send(ShipOrder, { orderId: 'o-1' }));
  expect(handled(ShipOrder)).toEqual([{ orderId: 'o-1' }]);
  const { subscriptions } = await bus.health();
  expect(subscriptions).toHaveLength(1);
});

test('a start that failed may be made again, and handlers may be added in between', async () => {
  const clock = virtualClock();
  const transport = inProcessTransport({ clock });
  let isDown = true;
  const { bus, idle, handled } = testBus({
    clock,
    transport: {
      ...transport,
      ensureTopology: async (topology) => {
        if (isDown) throw new Error('connection refused');
        await transport.ensureTopology(topology);
      },
    },
  });
  await expect(bus.start()).rejects.toMatchObject({ code: 'unknown' });
  expect((await bus.health()).status).toBe('idle');
  bus.handle(ShipOrder, () => undefined);
  isDown = false;
  await idle(() => bus.send(ShipOrder, { orderId: 'o-1' }));
  expect(handled(ShipOrder)).toHaveLength(1);
});

test('a handler comes too late from the moment at which the start has begun', async () => {
  const { bus } = testBus();
  const starting = bus.start();
  expect(() => bus.handle(ShipOrder, () => undefined)).toThrow(expect.objectContaining({ code: 'already-started' }));
  await starting;
  expect(() => bus.handle(ShipOrder, () => undefined)).toThrow(expect.objectContaining({ code: 'already-started' }));
});

test('nothing can be published or committed before the start and after the stop', async () => {
  const { bus, stop } = testBus();
  bus.handle(ShipOrder, () => undefined);
  const refused = { code: 'not-running' };
  await expect(bus.send(ShipOrder, { orderId: 'o-1' })).rejects.toMatchObject(refused);
  await expect(bus.transaction(async () => undefined)).rejects.toMatchObject(refused);
  await bus.start();
  await stop();
  await expect(bus.send(ShipOrder, { orderId: 'o-1' })).rejects.toMatchObject(refused);
  await expect(bus.transaction(async () => undefined)).rejects.toMatchObject(refused);
  await expect(bus.start()).rejects.toMatchObject(refused);
  expect(await bus.publishAll(ShipOrder, [{ orderId: 'o-1' }])).toMatchObject([{ status: 'rejected', error: refused }]);
});

test('stopping is idempotent, also at once, before the start and while it starts', async () => {
  const { bus, clock } = testBus();
  bus.handle(ShipOrder, () => undefined);
  const starting = bus.start();
  await clock.runUntil(Promise.all([bus.stop(), bus.stop()]));
  await starting;
  await clock.runUntil(bus.stop());
  expect((await bus.health()).status).toBe('stopped');
  const { bus: unused } = testBus();
  await unused.stop();
  expect((await unused.health()).status).toBe('stopped');
});

test('a graceful stop lets running handlers end and settles them, and starts nothing that waits', async () => {
  const { clock, createBus: create } = createWorld();
  const done: string[] = [];
  const bus = create(
    async ({ orderId }) => {
      await clock.sleep(1000);
      done.push(orderId);
    },
    { concurrency: 1 },
  );
  await bus.start();
  await bus.send(ShipOrder, { orderId: 'o-1' });
  await bus.send(ShipOrder, { orderId: 'o-2' });
  await clock.advance(500);
  await clock.runUntil(bus.stop());
  expect(done).toEqual(['o-1']);
  expect(clock.monotonic()).toBeLessThan(1100);
  const next = create(({ orderId }) => void done.push(`next ${orderId}`));
  await next.start();
  await clock.runUntil(next.drain());
  expect(done).toEqual(['o-1', 'next o-2']);
});

test('a handler that a graceful stop lets end may still commit, and is not taken for poison', async () => {
  const { clock, createBus: create } = createWorld();
  const shipped: string[] = [];
  const bus = create(async ({ orderId }) => {
    await clock.sleep(1000);
    await bus.transaction(async () => shipped.push(orderId));
  });
  await bus.start();
  await bus.send(ShipOrder, { orderId: 'o-1' });
  await clock.advance(500);
  await clock.runUntil(bus.stop());
  expect(shipped).toEqual(['o-1']);
  await expect(bus.transaction(async () => undefined)).rejects.toMatchObject({ code: 'not-running' });
});

test('at the end of its grace a stop aborts what runs, and a next bus on the same broker is given it again', async () => {
  const { clock, createBus: create } = createWorld();
  const reasons: unknown[] = [];
  const bus = create(async (_, { signal }) => {
    await clock.sleep(60_000, signal);
    reasons.push(signal.reason);
    signal.throwIfAborted();
  });
  await bus.start();
  await bus.send(ShipOrder, { orderId: 'o-1' });
  await clock.advance(10);
  await clock.runUntil(bus.stop({ graceMs: 2000 }));
  expect(clock.monotonic()).toBeGreaterThanOrEqual(2010);
  expect(clock.monotonic()).toBeLessThan(2100);
  expect(reasons).toMatchObject([{ code: 'not-running' }]);
  const attempts: number[] = [];
  const next = create((_, { envelope }) => void attempts.push(envelope.attempt));
  await next.start();
  await clock.runUntil(next.drain());
  expect(attempts).toEqual([2]);
});

test.each(['at-least-once', 'once'] as const)(
  'a handler that ignores its signal does not hold up a stop (%s)',
  async (effect) => {
    const { clock, createBus: create } = createWorld();
    const bus = create(() => new Promise<void>(() => undefined), { effect });
    await bus.start();
    await bus.send(ShipOrder, { orderId: 'o-1' });
    await clock.advance(10);
    await clock.runUntil(bus.stop({ graceMs: 100 }));
    expect(clock.monotonic()).toBeLessThan(200);
  },
);

test('an effect that commits after its bus was stopped by force is not made again by the next one', async () => {
  const { clock, createBus: create } = createWorld();
  let effects = 0;
  const work: ShipHandler = async () => {
    await clock.sleep(500);
    effects += 1;
  };
  const bus = create(work, { effect: 'once' });
  await bus.start();
  await bus.send(ShipOrder, { orderId: 'o-1' });
  await clock.advance(10);
  await clock.runUntil(bus.stop({ graceMs: 0 }));
  await clock.advance(1000);
  const next = create(() => void (effects += 1), { effect: 'once' });
  await next.start();
  await clock.runUntil(next.drain());
  expect(effects).toBe(1);
});

test('a circuit that would close during a stop starts nothing', async () => {
  const { clock, createBus: create } = createWorld();
  let starts = 0;
  const bus = create(
    async ({ orderId }) => {
      starts += 1;
      if (orderId === 'slow') await clock.sleep(9000);
      else throw new Error('down');
    },
    { retry: { classify: () => 'wait' }, concurrency: 20 },
  );
  await bus.start();
  const orders = ['slow', ...Array.from({ length: 10 }, (_, place) => `o-${place}`)];
  await bus.publishAll(
    ShipOrder,
    orders.map((orderId) => ({ orderId })),
  );
  await clock.advance(100);
  expect((await bus.health()).subscriptions[0]?.status).toBe('circuit-open');
  const before = starts;
  await clock.runUntil(bus.stop({ graceMs: 20_000 }));
  expect(clock.monotonic()).toBeGreaterThan(8000);
  expect(starts).toBe(before);
});

test('several buses in one process do not know of each other', async () => {
  const first = testBus();
  const second = testBus();
  for (const { bus } of [first, second]) bus.handle(ShipOrder, () => undefined);
  await second.idle();
  await first.idle(() => first.bus.send(ShipOrder, { orderId: 'o-1' }));
  await first.stop();
  await second.idle(() => second.bus.send(ShipOrder, { orderId: 'o-2' }));
  expect(first.handled(ShipOrder)).toEqual([{ orderId: 'o-1' }]);
  expect(second.handled(ShipOrder)).toEqual([{ orderId: 'o-2' }]);
});

test('draining answers false at its time-out and true as soon as everything is handled', async () => {
  const { clock, createBus: create } = createWorld();
  const bus = create(() => clock.sleep(1000));
  await bus.start();
  await bus.send(ShipOrder, { orderId: 'o-1' });
  const [early, full, again] = await clock.runUntil(
    Promise.all([
      bus.drain({ timeoutMs: 300 }).then((end) => ({ ...end, atMs: clock.monotonic() })),
      bus.drain(),
      bus.drain(),
    ]),
  );
  expect(early).toEqual({ drained: false, atMs: 300 });
  expect([full, again]).toEqual([{ drained: true }, { drained: true }]);
  expect(clock.monotonic()).toBeGreaterThanOrEqual(1000);
  expect(clock.monotonic()).toBeLessThan(1020);
});

test('draining ends with false when the bus stops, and when it does not run', async () => {
  const { clock, createBus: create } = createWorld();
  const bus = create(() => clock.sleep(60_000));
  expect(await bus.drain()).toEqual({ drained: false });
  await bus.start();
  await bus.send(ShipOrder, { orderId: 'o-1' });
  await clock.advance(10);
  const draining = bus.drain();
  await clock.runUntil(bus.stop({ graceMs: 50 }));
  expect(await clock.runUntil(draining)).toEqual({ drained: false });
  expect(await bus.drain()).toEqual({ drained: false });
});

test('a stopped bus leaves nothing on the clock, whatever was resting, waiting, open or paused', async () => {
  const base = virtualClock();
  const clock = countingClock(base);
  const { bus } = testBus({ clock, transport: inProcessTransport({ clock: base }) });
  bus.handle(
    ShipOrder,
    async ({ orderId }, { signal }) => {
      if (orderId === 'slow') await clock.sleep(60_000, signal);
      throw new Error('down');
    },
    {
      effect: 'once',
      ratePerSecond: 50,
      retry: { classify: (error) => (String(error).includes('down') ? 'wait' : 'retry') },
    },
  );
  await bus.start();
  await bus.send(ShipOrder, { orderId: 'slow' });
  for (let place = 0; place < 30; place += 1) await bus.send(ShipOrder, { orderId: `o-${place}` });
  await clock.advance(300);
  bus.pause('ship-order');
  expect(clock.pendingTimers).toBeGreaterThan(0);
  await clock.runUntil(bus.stop({ graceMs: 500 }));
  await clock.advance(0);
  expect(clock.pendingTimers).toBe(0);
});

test('a stop reports a publish that is being tried again instead of waiting for its broker', async () => {
  const base = virtualClock();
  const clock = countingClock(base);
  const transport = inProcessTransport({ clock: base });
  const { bus } = testBus({
    clock,
    transport: {
      ...transport,
      openSender: async () => ({
        sendBatch: async (messages) => messages.map(() => ({ status: 'rejected', error: new Error('broker down') })),
        close: async () => undefined,
      }),
    },
  });
  await bus.start();
  const publishing = bus.publishAll(ShipOrder, [{ orderId: 'o-1' }]);
  await clock.advance(20_000);
  const stoppedAtMs = clock.monotonic();
  await clock.runUntil(bus.stop());
  expect(await publishing).toMatchObject([{ status: 'rejected', error: { code: 'publish-rejected' } }]);
  expect(clock.monotonic() - stoppedAtMs).toBeLessThan(100);
  expect(clock.pendingTimers).toBe(0);
});
