import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';

const Charge = defineCommand({ name: 'charge', version: 1, schema: z.object({ order: z.int() }) });

/** A provider that is down until it is mended, and a handler that waits for it. */
function stage() {
  const kit = testBus();
  const provider = { isDown: true };
  const startsMs: number[] = [];
  kit.bus.handle(
    Charge,
    async () => {
      startsMs.push(kit.clock.monotonic());
      await kit.clock.sleep(10);
      if (provider.isDown) throw new Error('unavailable');
    },
    { concurrency: 5, retry: { attemptsMax: 2, classify: () => 'wait' } },
  );
  const states = (): readonly string[] =>
    kit.events.flatMap((event) => (event.event === 'circuit' ? [event.state] : []));
  const status = async (): Promise<unknown> => (await kit.bus.health()).subscriptions[0]?.status;
  return { ...kit, provider, startsMs, states, status };
}

const orders = Array.from({ length: 60 }, (_, order) => ({ order }));

test('a dependency that is down opens the circuit, counts no attempt and fills no dead letters', async () => {
  const { bus, clock, startsMs, states, status, provider, idle, handled } = stage();
  await clock.runUntil(bus.start());
  await bus.publishAll(Charge, orders);
  await clock.advance(1000);
  expect(states()).toEqual(['open']);
  expect(await status()).toBe('circuit-open');
  expect(startsMs.length).toBeGreaterThanOrEqual(10);
  expect(startsMs.length).toBeLessThan(20);
  await clock.advance(59_000);
  expect((await bus.deadLetters.list()).letters).toEqual([]);
  provider.isDown = false;
  await idle();
  expect(handled(Charge)).toHaveLength(60);
  expect(await status()).toBe('receiving');
});

test('half open it lets one through: a failure opens it again, a success closes it', async () => {
  const { bus, clock, startsMs, states, provider } = stage();
  await clock.runUntil(bus.start());
  await bus.publishAll(Charge, orders);
  await clock.advance(1000);
  startsMs.length = 0;
  await clock.advance(5000);
  expect(states()).toEqual(['open', 'half-open', 'open']);
  expect(startsMs).toHaveLength(1);
  await clock.advance(4900 - 1000 + 50);
  expect(startsMs).toHaveLength(1);
  provider.isDown = false;
  await clock.advance(1200);
  expect(states()).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  const probeMs = startsMs[1] ?? 0;
  expect(startsMs.filter((atMs) => atMs > probeMs && atMs < probeMs + 10)).toEqual([]);
  expect(startsMs.filter((atMs) => atMs === probeMs + 10)).toHaveLength(5);
});

test('an open circuit takes nothing from the broker beyond what is asked for', async () => {
  const { bus, clock } = stage();
  await clock.runUntil(bus.start());
  await bus.publishAll(Charge, orders);
  await clock.advance(1000);
  await bus.publishAll(Charge, orders);
  await clock.advance(1000);
  const { subscriptions } = await bus.health();
  expect(subscriptions[0]?.running).toBe(0);
  expect((subscriptions[0]?.ready ?? 0) + (subscriptions[0]?.waiting ?? 0)).toBe(120);
});

test('the concurrency set while the circuit is open counts from its closing', async () => {
  const { bus, clock, startsMs, provider } = stage();
  await clock.runUntil(bus.start());
  await bus.publishAll(Charge, orders);
  await clock.advance(1000);
  bus.setConcurrency('charge', 9);
  provider.isDown = false;
  startsMs.length = 0;
  await clock.advance(5000);
  const probeMs = startsMs[0] ?? 0;
  expect(startsMs.filter((atMs) => atMs < probeMs + 10)).toHaveLength(1);
  expect(startsMs.filter((atMs) => atMs === probeMs + 10)).toHaveLength(9);
});

test('successes in between keep the circuit closed', () => {
  const states: string[] = [];
  const clock = virtualClock();
  const circuit = createCircuitBreaker({
    clock,
    failuresMax: 3,
    openMs: 100,
    onChange: (state) => void states.push(state),
  });
  for (const _ of [1, 2, 3]) {
    circuit.failed();
    circuit.failed();
    circuit.succeeded();
  }
  expect(states).toEqual([]);
  for (const _ of [1, 2, 3]) circuit.failed();
  expect(states).toEqual(['open']);
  circuit.stop();
  expect(clock.pendingTimers).toBe(0);
});
