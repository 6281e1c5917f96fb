import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { HeldDelivery } from './held-delivery.ts';
import { Lanes } from './lanes.ts';

interface Run {
  readonly key: string | undefined;
  readonly place: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly isLast: boolean;
}

const held = (key: string | undefined, place: number, sequence?: number): HeldDelivery => {
  const message = { id: `${key}-${place}`, key, deduplicationKey: '', headers: {}, body: new Uint8Array(), delayMs: 0 };
  return new HeldDelivery({ receipt: {}, message, attempt: 1, enqueuedAtMs: 0, origin: undefined }, sequence);
};

const scenario = fc.record({
  seed: fc.integer(),
  keys: fc.integer({ min: 1, max: 6 }),
  messages: fc.integer({ min: 1, max: 60 }),
  concurrency: fc.integer({ min: 1, max: 8 }),
  failures: fc.double({ min: 0, max: 0.6, noNaN: true }),
  pauses: fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 100 })), { maxLength: 4 }),
});

/** Plays a random load with random latencies, failures, pauses and changes of concurrency, and answers with every run made. */
async function play(input: typeof scenario extends fc.Arbitrary<infer Scenario> ? Scenario : never) {
  const clock = virtualClock();
  const random = seededRandom(input.seed);
  const runs: Run[] = [];
  const added: HeldDelivery[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const lanes: Lanes = new Lanes({
    clock,
    concurrency: input.concurrency,
    run: (one) => {
      const startMs = clock.monotonic();
      atOnce += 1;
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      clock.after(Math.floor(random() * 20), () => {
        atOnce -= 1;
        const isLast = random() >= input.failures;
        runs.push({ key: one.key, place: added.indexOf(one), startMs, endMs: clock.monotonic(), isLast });
        if (isLast) lanes.finish(one);
        else lanes.rest(one, random() * 30);
      });
    },
  });
  for (const [atMs, forMs] of input.pauses) {
    clock.after(atMs, () => {
      lanes.hold();
      clock.after(forMs, () => lanes.release());
    });
  }
  for (let place = 0; place < input.messages; place += 1) {
    clock.after(Math.floor(random() * 100), () => {
      const choice = Math.floor(random() * (input.keys + 1));
      const one = held(choice === input.keys ? undefined : `k${choice}`, added.length);
      added.push(one);
      lanes.add(one);
    });
  }
  await clock.advance(600_000);
  return { runs, added, lanes, mostAtOnce };
}

test('a key runs one at a time and in order, whatever fails, takes long or is paused', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (input) => {
      const { runs } = await play(input);
      const keyed = Map.groupBy(
        runs.filter(({ key }) => key !== undefined),
        ({ key }) => key,
      );
      for (const ofKey of keyed.values()) {
        for (const [index, run] of ofKey.entries()) {
          const before = ofKey[index - 1];
          if (before === undefined) continue;
          expect(run.startMs).toBeGreaterThanOrEqual(before.endMs);
          // After a failure the same one comes again; after a success the next.
          expect(before.isLast ? run.place > before.place : run.place === before.place).toBe(true);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('everything that is added ends exactly once, the limit is never passed, and nothing is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (input) => {
      const { runs, added, lanes, mostAtOnce } = await play(input);
      const ended = runs.filter(({ isLast }) => isLast).map(({ place }) => place);
      expect(ended.toSorted((a, b) => a - b)).toEqual(added.map((_, place) => place));
      expect(mostAtOnce).toBeLessThanOrEqual(input.concurrency);
      expect([lanes.running, lanes.waiting]).toEqual([0, 0]);
    }),
    { numRuns: 300 },
  );
});

test('numbered deliveries of a key run in the order of their numbers, in whatever order they come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 }),
      fc.integer({ min: 0, max: 20 }),
      async (numbers, gapMs) => {
        const clock = virtualClock();
        const done: number[] = [];
        const lanes: Lanes = new Lanes({
          clock,
          concurrency: 4,
          // As behind a fence: a number whose turn has not come rests.
          run: (one) => {
            if (one.sequence !== done.length + 1) {
              lanes.rest(one, 50);
              return;
            }
            done.push(one.sequence);
            lanes.finish(one);
          },
        });
        for (const [index, number] of numbers.entries())
          clock.after(index * gapMs, () => lanes.add(held('k', index, number)));
        await clock.advance(60_000);
        expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      },
    ),
    { numRuns: 300 },
  );
});

test('a delivery that is dropped while it waits never runs, and its key goes on', async () => {
  const clock = virtualClock();
  const started: number[] = [];
  const waiting: HeldDelivery[] = [];
  const lanes: Lanes = new Lanes({
    clock,
    concurrency: 1,
    run: (one) => {
      started.push(waiting.indexOf(one));
      clock.after(10, () => lanes.finish(one));
    },
  });
  for (let place = 0; place < 3; place += 1) {
    const one = held('k', place);
    waiting.push(one);
    lanes.add(one);
  }
  const [, second] = waiting;
  if (second === undefined) throw new Error('three were added');
  second.lost = true;
  lanes.drop(second);
  await clock.advance(100);
  expect(started).toEqual([0, 2]);
  expect(lanes.waiting).toBe(0);
});
