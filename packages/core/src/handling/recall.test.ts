import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Handler, HandlerOptions } from '../bus/bus.ts';
import { defineCommand } from '../contracts/define-command.ts';
import type { Receipt, Settlement, TransportDriver } from '../driver/index.ts';
import type { MemoryTables } from '../memory-store/memory-tables.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import type { VirtualClock } from '../testing/virtual-clock.ts';

const Pay = defineCommand({
  name: 'pay',
  version: 1,
  schema: z.object({ order: z.string(), step: z.int() }),
  orderingKey: ({ order }) => order,
  deduplicationKey: ({ order, step }) => `${order}${step}`,
});

type PayHandler = Handler<{ readonly order: string; readonly step: number }, MemoryTables>;

interface Watch {
  /** Everything that was handed over so far and is not settled. */
  readonly held: Set<Receipt>;
  readonly settlements: Settlement['action'][];
  recall: (graceMs: number) => void;
}

/** A transport that can ask for everything back. */
function recallingTransport(transport: TransportDriver): {
  readonly transport: TransportDriver;
  readonly watch: Watch;
} {
  const watch: Watch = { held: new Set(), settlements: [], recall: () => undefined };
  return {
    watch,
    transport: {
      ...transport,
      openReceiver: async (address, options) => {
        watch.recall = (graceMs) => options.onRecall?.([...watch.held], graceMs);
        const receiver = await transport.openReceiver(address, options);
        return {
          ...receiver,
          receiveBatch: async (limit, signal) => {
            const deliveries = await receiver.receiveBatch(limit, signal);
            for (const { receipt } of deliveries) watch.held.add(receipt);
            return deliveries;
          },
          settleBatch: (settlements) => {
            watch.settlements.push(...settlements.map(({ action }) => action));
            for (const { receipt } of settlements) watch.held.delete(receipt);
            return receiver.settleBatch(settlements);
          },
        };
      },
    },
  };
}

async function stage(handler: (clock: VirtualClock) => PayHandler, options: HandlerOptions = {}) {
  const clock = virtualClock();
  const { transport, watch } = recallingTransport(inProcessTransport({ clock }));
  const kit = testBus({ clock, transport });
  kit.bus.handle(Pay, handler(clock), { retry: { jitter: 0 }, ...options });
  await clock.runUntil(kit.bus.start());
  const send = (...steps: readonly string[]): Promise<unknown> =>
    clock.runUntil(
      kit.bus.publishAll(
        Pay,
        steps.map((step) => ({ order: step.slice(0, 1), step: Number(step.slice(1)) })),
      ),
    );
  return { ...kit, watch, send };
}

test('what has not begun goes back at once, and what runs may end', async () => {
  const begun: string[] = [];
  const { clock, watch, send, idle } = await stage((time) => async ({ order, step }) => {
    begun.push(`${order}${step} at ${time.monotonic()}`);
    await time.sleep(100);
  });
  await send('a1', 'a2', 'b1', 'a3');
  await clock.advance(10);
  watch.recall(1000);
  await clock.advance(0);
  expect(watch.settlements).toEqual(['release', 'release']);
  await idle();
  expect(watch.settlements.filter((action) => action === 'accept')).toHaveLength(4);
  expect(begun.filter((run) => run.startsWith('a'))).toEqual(['a1 at 0', 'a2 at 100', 'a3 at 200']);
});

test('what fails after it was recalled is not tried again here, and nothing of its key begins', async () => {
  const begun: string[] = [];
  const { clock, watch, send, bus } = await stage((time) => async ({ order, step }) => {
    begun.push(`${order}${step}`);
    await time.sleep(100);
    throw new Error('the bank is closed');
  });
  await send('a1', 'a2');
  await clock.advance(10);
  bus.pause('pay');
  watch.recall(1000);
  await clock.advance(10_000);
  expect(watch.settlements).toEqual(['release', 'release']);
  expect(begun).toEqual(['a1']);
});

test('what rests between two tries goes back, and its key does not wait for that rest', async () => {
  const begun: string[] = [];
  const { clock, watch, send, idle } = await stage(
    (time) =>
      async ({ order, step }) => {
        begun.push(`${order}${step} at ${time.monotonic()}`);
        if (begun.length === 1) throw new Error('not yet');
      },
    { retry: { jitter: 0, backoffMs: 60_000, backoffMsMax: 60_000 } },
  );
  await send('a1', 'a2');
  await clock.advance(500);
  watch.recall(1000);
  await idle();
  expect(begun).toEqual(['a1 at 0', 'a1 at 500', 'a2 at 500']);
});

test('what comes again goes on with the tries it has left', async () => {
  const tries: number[] = [];
  const { clock, watch, send, bus } = await stage(
    () =>
      async (_payload, { envelope }) => {
        tries.push(envelope.attempt);
        throw new Error('never');
      },
    { retry: { jitter: 0, attemptsMax: 4, backoffMs: 60_000, backoffMsMax: 60_000 } },
  );
  await send('a1');
  for (const _ of [1, 2, 3, 4, 5]) {
    await clock.advance(1000);
    watch.recall(1000);
    await clock.advance(1000);
  }
  expect(tries).toEqual([1, 2, 3, 4]);
  expect((await bus.deadLetters.list()).letters).toMatchObject([{ key: 'a', attempts: 4 }]);
});

test('a long outage does not begin anew with every delivery', async () => {
  let tries = 0;
  const { clock, watch, send, bus } = await stage(
    () => async () => {
      tries += 1;
      throw new Error('never');
    },
    { retry: { jitter: 0, attemptsMax: 1000, elapsedMsMax: 10_000, backoffMs: 1500, backoffMsMax: 1500 } },
  );
  await send('a1');
  for (let rounds = 0; rounds < 20; rounds += 1) {
    await clock.advance(1000);
    watch.recall(1000);
  }
  expect((await bus.deadLetters.list()).letters).toHaveLength(1);
  expect(tries).toBe(10);
});

test('a handler that does not end in its grace is aborted, and that is no failure of its message', async () => {
  const aborted: unknown[] = [];
  const { clock, watch, send, idle, bus, events } = await stage(
    (time) =>
      async (_payload, { signal }) => {
        if (aborted.length > 0) return;
        await time.sleep(60_000, signal);
        aborted.push(signal.reason);
        signal.throwIfAborted();
      },
    { retry: { attemptsMax: 1 } },
  );
  await send('a1');
  await clock.advance(10);
  watch.recall(1000);
  await clock.advance(999);
  expect(aborted).toEqual([]);
  await idle();
  expect(aborted).toMatchObject([{ code: 'handler-timeout' }]);
  expect(clock.monotonic()).toBeLessThan(2000);
  expect(events.map(({ event }) => event)).not.toContain('attempt-failed');
  expect((await bus.deadLetters.list()).letters).toEqual([]);
});

test('what ends in spite of the abort is accepted, and the last of its failures is a dead letter', async () => {
  const { clock, watch, send, idle, bus } = await stage(
    (time) =>
      async ({ order }) => {
        await time.sleep(100);
        if (order === 'b') throw new Error('never');
      },
    { retry: { attemptsMax: 1 } },
  );
  await send('a1', 'b1');
  await clock.advance(10);
  watch.recall(95);
  await idle();
  expect(watch.settlements).toContain('accept');
  expect((await bus.deadLetters.list()).letters).toMatchObject([{ key: 'b' }]);
});

test('a bus that is stopped meanwhile leaves no timer behind', async () => {
  const { clock, watch, send, bus } = await stage(
    (time) =>
      async (_payload, { signal }) =>
        time.sleep(60_000, signal),
  );
  await send('a1');
  await clock.advance(10);
  watch.recall(30_000);
  await clock.runUntil(bus.stop({ graceMs: 0 }));
  // That of the broker, for its lease.
  expect(clock.pendingTimers).toBe(1);
});
