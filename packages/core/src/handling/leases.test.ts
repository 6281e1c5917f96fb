import { expect, test } from 'vitest';
import { z } from 'zod';
import type { BusObserver } from '../bus/bus-event.ts';
import type { Handler, HandlerOptions } from '../bus/bus.ts';
import { defineCommand } from '../contracts/define-command.ts';
import type { Receipt, TransportDriver, TransportReceiver } from '../driver/index.ts';
import type { MemoryTables } from '../memory-store/memory-tables.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import type { VirtualClock } from '../testing/virtual-clock.ts';

const Pay = defineCommand({
  name: 'pay',
  version: 1,
  schema: z.object({ orderId: z.string() }),
  deduplicationKey: ({ orderId }) => orderId,
});

interface Watch {
  readonly settled: Receipt[];
  readonly received: Receipt[];
  extended: number;
  /** What the broker would say of lost receipts. */
  lose: (receipts: readonly Receipt[]) => void;
}

/** A transport whose receiver is seen, and changed, from outside. */
function watchedTransport(
  transport: TransportDriver,
  change: (receiver: TransportReceiver) => Partial<TransportReceiver> = () => ({}),
): { readonly transport: TransportDriver; readonly watch: Watch } {
  const watch: Watch = { settled: [], received: [], extended: 0, lose: () => undefined };
  const see = (receiver: TransportReceiver): TransportReceiver => ({
    ...receiver,
    receiveBatch: async (limit, signal) => {
      const deliveries = await receiver.receiveBatch(limit, signal);
      watch.received.push(...deliveries.map(({ receipt }) => receipt));
      return deliveries;
    },
    settleBatch: (settlements) => {
      watch.settled.push(...settlements.map(({ receipt }) => receipt));
      return receiver.settleBatch(settlements);
    },
    extendBatch: (receipts, leaseMs) => {
      watch.extended += receipts.length;
      return receiver.extendBatch(receipts, leaseMs);
    },
    ...change(receiver),
  });
  return {
    watch,
    transport: {
      ...transport,
      openReceiver: async (address, options) => {
        watch.lose = options.onLost;
        return see(await transport.openReceiver(address, options));
      },
    },
  };
}

function stage(
  handler: (clock: VirtualClock) => Handler<{ readonly orderId: string }, MemoryTables>,
  options: HandlerOptions,
  change?: (receiver: TransportReceiver) => Partial<TransportReceiver>,
) {
  const clock = virtualClock();
  const { transport, watch } = watchedTransport(inProcessTransport({ clock }), change);
  const lost: string[] = [];
  const observe: BusObserver = (event) => {
    if (event.event === 'lease-lost') lost.push(event.message.id);
  };
  const kit = testBus({ clock, transport, observe });
  kit.bus.handle(Pay, handler(clock), options);
  return { ...kit, watch, lost };
}

test('a handler longer than its lease keeps it by renewal, and is delivered once', async () => {
  const attempts: number[] = [];
  const { idle, bus, watch, lost, clock } = stage(
    ({ sleep }) =>
      async (_, { envelope }) => {
        attempts.push(envelope.attempt);
        await sleep(10_000);
      },
    { leaseMs: 900 },
  );
  await idle(() => bus.send(Pay, { orderId: 'o-1' }));
  expect(attempts).toEqual([1]);
  expect(lost).toEqual([]);
  expect(clock.monotonic()).toBeLessThan(10_100);
  // Not less than once a lease, or it would be lost; not all the time either.
  expect(watch.extended).toBeGreaterThanOrEqual(11);
  expect(watch.extended).toBeLessThanOrEqual(34);
});

test('what waits in a lane is renewed as well', async () => {
  const attempts: number[] = [];
  const { idle, bus, lost } = stage(
    ({ sleep }) =>
      async (_, { envelope }) => {
        attempts.push(envelope.attempt);
        await sleep(800);
      },
    { leaseMs: 900, concurrency: 1 },
  );
  await idle(() =>
    bus.publishAll(
      Pay,
      Array.from({ length: 12 }, (_, place) => ({ orderId: `o-${place}` })),
    ),
  );
  expect(attempts).toEqual(Array.from({ length: 12 }, () => 1));
  expect(lost).toEqual([]);
});

test('a lease that its broker reports as lost aborts the handler, is never settled, and is handled again', async () => {
  const signals: AbortSignal[] = [];
  const { bus, watch, lost, clock, idle, handled } = stage(
    ({ sleep }) =>
      async (_, { signal }) => {
        signals.push(signal);
        await sleep(5000, signal);
        signal.throwIfAborted();
      },
    { leaseMs: 30_000 },
  );
  await clock.runUntil(bus.start());
  await bus.send(Pay, { orderId: 'o-1' });
  await clock.advance(1000);
  watch.lose(watch.received);
  expect(signals[0]?.reason).toMatchObject({ code: 'lease-lost' });
  expect(lost).toHaveLength(1);
  await idle();
  expect(signals).toHaveLength(2);
  expect(signals[1]?.aborted).toBe(false);
  expect(watch.settled).toEqual([watch.received[1]]);
  expect(handled(Pay)).toHaveLength(1);
});

test('with effect once, a handler that goes on without its lease and the one after it have one effect together', async () => {
  let runs = 0;
  const { bus, watch, clock, idle, store, lost } = stage(
    ({ sleep }) =>
      async (_, { transaction }) => {
        runs += 1;
        transaction?.table('charges').put(`charge-${runs}`, {});
        await sleep(5000);
      },
    { effect: 'once', leaseMs: 1500 },
  );
  await clock.runUntil(bus.start());
  await bus.send(Pay, { orderId: 'o-1' });
  await clock.advance(1000);
  watch.lose(watch.received);
  await idle();
  expect(lost).toHaveLength(1);
  expect(runs).toBeGreaterThan(1);
  expect(store.tables.table('charges').size).toBe(1);
  expect(watch.settled).not.toContain(watch.received[0]);
});

test('a renewal that is answered with lost aborts the handler at once', async () => {
  const abortedAtMs: number[] = [];
  let isLost = true;
  const { bus, clock, idle, handled } = stage(
    ({ sleep, monotonic }) =>
      async (_, { signal }) => {
        await sleep(1500, signal);
        if (signal.aborted) abortedAtMs.push(monotonic());
        signal.throwIfAborted();
      },
    { leaseMs: 3000 },
    (receiver) => ({
      extendBatch: async (receipts, leaseMs) => {
        if (!isLost) return receiver.extendBatch(receipts, leaseMs);
        isLost = false;
        return receipts.map(() => 'lost');
      },
    }),
  );
  await idle(() => bus.send(Pay, { orderId: 'o-1' }));
  expect(abortedAtMs).toEqual([1000]);
  expect(handled(Pay)).toHaveLength(1);
  expect(clock.monotonic()).toBeGreaterThanOrEqual(3000);
});

test('renewals that fail lose a lease only when it has really run out', async () => {
  const abortedAtMs: number[] = [];
  const { bus, clock, lost } = stage(
    ({ sleep, monotonic }) =>
      async (_, { signal }) => {
        await sleep(60_000, signal);
        abortedAtMs.push(monotonic());
      },
    { leaseMs: 3000 },
    () => ({
      extendBatch: async () => {
        throw new Error('no answer');
      },
    }),
  );
  await clock.runUntil(bus.start());
  await bus.send(Pay, { orderId: 'o-1' });
  await clock.advance(2999);
  expect(lost).toEqual([]);
  await clock.advance(1001);
  expect(lost).toHaveLength(1);
  expect(abortedAtMs[0]).toBeGreaterThanOrEqual(3000);
});

test('a renewal that fails once changes nothing', async () => {
  let calls = 0;
  const { bus, idle, lost, handled } = stage(
    ({ sleep }) =>
      () =>
        sleep(10_000),
    { leaseMs: 3000 },
    (receiver) => ({
      extendBatch: async (receipts, leaseMs) => {
        calls += 1;
        if (calls % 2 === 1) throw new Error('no answer');
        return receiver.extendBatch(receipts, leaseMs);
      },
    }),
  );
  await idle(() => bus.send(Pay, { orderId: 'o-1' }));
  expect(lost).toEqual([]);
  expect(handled(Pay)).toHaveLength(1);
  expect(calls).toBeGreaterThan(3);
});

test('a lost delivery that only waited is not handled under its old receipt', async () => {
  const attempts: number[] = [];
  const { bus, watch, clock, idle, handled } = stage(
    ({ sleep }) =>
      async (_, { envelope }) => {
        attempts.push(envelope.attempt);
        await sleep(1000);
      },
    { leaseMs: 5000, concurrency: 1 },
  );
  await clock.runUntil(bus.start());
  await bus.publishAll(Pay, [{ orderId: 'o-1' }, { orderId: 'o-2' }]);
  await clock.advance(500);
  watch.lose(watch.received.slice(1, 2));
  await idle();
  // Waiting is no attempt.
  expect(attempts).toEqual([1, 1]);
  expect(handled(Pay)).toHaveLength(2);
  expect(watch.settled).not.toContain(watch.received[1]);
});

const Step = defineCommand({
  name: 'step',
  version: 1,
  schema: z.object({ number: z.int() }),
  orderingKey: () => 'o-1',
});

test.each(['the broker tells', 'the lease runs out'] as const)(
  'of a key that rests between two tries nothing begins when all of it is lost at once: %s',
  async (how) => {
    const clock = virtualClock();
    const isSilent = how === 'the lease runs out';
    const { transport, watch } = watchedTransport(inProcessTransport({ clock }), () =>
      isSilent ? { extendBatch: () => Promise.reject(new Error('no answer')) } : {},
    );
    const { bus, idle } = testBus({ clock, transport });
    const begun: number[] = [];
    const handler = ({ number }: { readonly number: number }): void => {
      begun.push(number);
      if (begun.length === 1) throw new Error('not yet');
    };
    const retry = { backoffMs: 5000, backoffMsMax: 5000, jitter: 0 };
    bus.handle(Step, handler, { leaseMs: 1000, retry });
    await clock.runUntil(bus.start());
    await bus.publishAll(Step, [{ number: 1 }, { number: 2 }, { number: 3 }]);
    await clock.advance(100);
    expect(begun).toEqual([1]);
    if (!isSilent) watch.lose(watch.received);
    await idle();
    expect(begun).toEqual([1, 1, 2, 3]);
  },
);

test('what waits behind a lost delivery of its key goes back and comes again behind it', async () => {
  const clock = virtualClock();
  const { transport, watch } = watchedTransport(inProcessTransport({ clock }));
  const { bus, idle } = testBus({ clock, transport });
  const begun: number[] = [];
  const handler = async ({ number }: { readonly number: number }): Promise<void> => {
    begun.push(number);
    await clock.sleep(100);
  };
  bus.handle(Step, handler, { leaseMs: 1000 });
  await clock.runUntil(bus.start());
  await bus.publishAll(Step, [{ number: 1 }, { number: 2 }, { number: 3 }]);
  await clock.advance(50);
  // The second alone is lost, which its broker hands out again when its lease is over.
  watch.lose(watch.received.slice(1, 2));
  await idle();
  expect(begun).toEqual([1, 2, 3]);
});
