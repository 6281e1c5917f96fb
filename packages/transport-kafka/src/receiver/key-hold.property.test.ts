import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKeyHold } from './key-hold.ts';

interface Item {
  readonly place: number;
  readonly key: string | undefined;
  readonly readyAtMs: number;
}

const keys = fc.constantFrom('a', 'b', undefined);

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        does: fc.constant('add' as const),
        key: keys,
        place: fc.nat({ max: 500 }),
        delayMs: fc.constantFrom(0, 0, 10, 50),
      }),
    },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('take' as const), limit: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 40 }) }) },
  ),
  { maxLength: 80 },
);

/** Nothing before it of its key is here, itself included, whose time has not come. */
const mayGo = (item: Item, here: readonly Item[], nowMs: number): boolean =>
  item.readyAtMs <= nowMs &&
  (item.key === undefined ||
    here.every(({ key, place, readyAtMs }) => key !== item.key || place >= item.place || readyAtMs <= nowMs));

test('what is due goes in the order of the partition, and a key waits as a whole', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const hold = createKeyHold<Item>();
      let here: Item[] = [];
      let nowMs = 0;
      for (const one of sequence) {
        if (one.does === 'pass') nowMs += one.ms;
        if (one.does === 'add' && here.every(({ place }) => place !== one.place)) {
          const item = { place: one.place, key: one.key, readyAtMs: nowMs + one.delayMs };
          here.push(item);
          hold.add(item);
        }
        if (one.does !== 'take') continue;
        const free = here.filter((item) => mayGo(item, here, nowMs));
        const taken = hold.take(one.limit, nowMs);
        expect(taken).toHaveLength(Math.min(one.limit, free.length));
        expect(taken).toEqual(taken.toSorted((left, right) => left.place - right.place));
        for (const item of taken) {
          expect(free).toContain(item);
          const earlier = here.filter(({ key, place }) => key !== undefined && key === item.key && place < item.place);
          expect(earlier.every((before) => taken.includes(before))).toBe(true);
        }
        here = here.filter((item) => !taken.includes(item));
        expect(hold.size()).toBe(here.length);
        expect(hold.holds('a')).toBe(here.some(({ key }) => key === 'a'));
        expect(hold.holds(undefined)).toBe(false);
      }
    }),
  );
});

test('it says when to look again, and never too late', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, fc.nat({ max: 100 })), { maxLength: 30 }), (adds) => {
      const hold = createKeyHold<Item>();
      adds.forEach(([key, readyAtMs], place) => hold.add({ key, place, readyAtMs }));
      let taken = 0;
      for (let looks = 0; hold.nextDueMs() < Infinity; looks += 1) {
        expect(looks).toBeLessThanOrEqual(adds.length * 2);
        taken += hold.take(Infinity, hold.nextDueMs()).length;
      }
      expect(taken).toBe(adds.length);
    }),
  );
});
