import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';

const Resize = defineCommand({ name: 'resize', version: 1, schema: z.object({ image: z.int() }) });
const queue = { kind: 'command', channel: 'resize', group: 'handler' } as const;
const images = (count: number) => Array.from({ length: count }, (_, image) => ({ image }));

/** A handler that takes its time and remembers how many of it ran at once. */
function countingHandler(sleep: (ms: number) => Promise<void>, workMs: number) {
  let running = 0;
  const counts = { most: 0, done: 0 };
  return {
    counts,
    handler: async (): Promise<void> => {
      running += 1;
      counts.most = Math.max(counts.most, running);
      await sleep(workMs);
      running -= 1;
      counts.done += 1;
    },
  };
}

test('as many handlers run at once as were asked for, and never more', async () => {
  const { bus, clock, idle } = testBus();
  const { handler, counts } = countingHandler(clock.sleep, 100);
  bus.handle(Resize, handler, { concurrency: 7 });
  await idle(() => bus.publishAll(Resize, images(50)));
  expect(counts).toEqual({ most: 7, done: 50 });
  expect(clock.monotonic()).toBeGreaterThanOrEqual(800);
  expect(clock.monotonic()).toBeLessThan(850);
});

test('the concurrency can be lowered and raised while handlers run', async () => {
  const { bus, clock, idle } = testBus();
  const { handler, counts } = countingHandler(clock.sleep, 100);
  bus.handle(Resize, handler, { concurrency: 8, waitingMax: 200 });
  await clock.runUntil(bus.start());
  await bus.publishAll(Resize, images(200));
  await clock.advance(150);
  expect(counts.most).toBe(8);
  bus.setConcurrency('resize', 2);
  await clock.advance(100);
  counts.most = 0;
  await clock.advance(300);
  expect(counts.most).toBe(2);
  bus.setConcurrency('resize', 20);
  await clock.advance(50);
  expect(counts.most).toBe(20);
  await idle();
  expect(counts).toEqual({ most: 20, done: 200 });
});

test.each([0, -1, 1.5, Number.NaN, Infinity])('a concurrency of %s is refused', async (concurrency) => {
  const { bus, idle } = testBus();
  bus.handle(Resize, () => undefined);
  await idle();
  expect(() => bus.setConcurrency('resize', concurrency)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
});

test('a paused subscription takes nothing new and ends what it holds; resumed it goes on', async () => {
  const { bus, clock, idle, handled } = testBus();
  bus.handle(Resize, () => clock.sleep(100));
  await clock.runUntil(bus.start());
  await bus.publishAll(Resize, images(3));
  await clock.advance(50);
  bus.pause('resize');
  await bus.publishAll(Resize, images(2));
  await clock.advance(10_000);
  expect(handled(Resize)).toHaveLength(3);
  expect((await bus.health()).subscriptions).toMatchObject([
    { status: 'paused', running: 0, ready: 2, oldestAgeMs: 10_000 },
  ]);
  bus.resume('resize');
  await idle();
  expect(handled(Resize)).toHaveLength(5);
  expect((await bus.health()).subscriptions).toMatchObject([{ status: 'receiving', ready: 0 }]);
});

test('pausing again and again neither loses nor doubles anything', async () => {
  const { bus, clock, idle, handled } = testBus();
  bus.handle(Resize, () => clock.sleep(3), { concurrency: 2, waitingMax: 3 });
  await clock.runUntil(bus.start());
  await bus.publishAll(Resize, images(40));
  for (let round = 0; round < 20; round += 1) {
    bus.pause('resize');
    await clock.advance(round % 3);
    bus.resume('resize');
    await clock.advance(round % 2);
  }
  await idle();
  expect(handled(Resize)).toHaveLength(40);
});

test('one paused subscription does not hold up another', async () => {
  const Crop = defineCommand({ name: 'crop', version: 1, schema: z.object({ image: z.int() }) });
  const { bus, clock, handled } = testBus();
  bus.handle(Resize, () => undefined);
  bus.handle(Crop, () => undefined);
  await clock.runUntil(bus.start());
  bus.pause('resize');
  await bus.send(Resize, { image: 1 });
  await bus.send(Crop, { image: 2 });
  await clock.advance(100);
  expect(handled(Crop)).toEqual([{ image: 2 }]);
  expect(handled(Resize)).toEqual([]);
});

test.each(['pause', 'resume'] as const)('%s names what is not handled here', async (call) => {
  const { bus, idle } = testBus();
  bus.handle(Resize, () => undefined);
  await idle();
  expect(() => bus[call]('crop')).toThrow(expect.objectContaining({ code: 'not-subscribed' }));
});

test.each([
  { concurrency: 1, waitingMax: 1 },
  { concurrency: 3, waitingMax: 8 },
  { concurrency: 10, waitingMax: 100 },
])('never more than $concurrency + $waitingMax messages are taken from the broker', async (limits) => {
  const clock = virtualClock();
  const transport = inProcessTransport({ clock });
  const { bus, idle, handled } = testBus({ clock, transport });
  bus.handle(Resize, () => clock.sleep(10), limits);
  await clock.runUntil(bus.start());
  await bus.publishAll(Resize, images(400));
  let most = 0;
  for (let step = 0; step < 200; step += 1) {
    await clock.advance(5);
    const { inFlight = 0 } = await transport.inspect(queue);
    most = Math.max(most, inFlight);
  }
  expect(most).toBe(limits.concurrency + limits.waitingMax);
  await idle();
  expect(handled(Resize)).toHaveLength(400);
});

test.each([
  { ratePerSecond: 2, burst: 1 },
  { ratePerSecond: 40, burst: 4 },
  { ratePerSecond: 100, burst: 10 },
])('$ratePerSecond handlers start a second, after a burst of a tenth of a second', async ({ ratePerSecond, burst }) => {
  const { bus, clock, idle } = testBus();
  const starts: number[] = [];
  bus.handle(Resize, () => void starts.push(clock.monotonic()), { ratePerSecond });
  const count = ratePerSecond * 5;
  await idle(() => bus.publishAll(Resize, images(count)));
  expect(starts).toHaveLength(count);
  for (const [place, startMs] of starts.entries()) {
    const withinASecond = starts.slice(place).filter((other) => other < startMs + 1000).length;
    expect(withinASecond).toBeLessThanOrEqual(ratePerSecond + burst);
  }
  const lastMs = starts.at(-1) ?? 0;
  const fullMs = ((count - burst) * 1000) / ratePerSecond;
  expect(lastMs).toBeGreaterThanOrEqual(fullMs - 1);
  expect(lastMs).toBeLessThan(fullMs * 1.05 + 100);
});
