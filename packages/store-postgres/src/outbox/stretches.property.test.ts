import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExclusionReason } from './exclusion.ts';
import { Stretches, idMax, reasonsOf } from './stretches.ts';

const channels = ['a', 'b', 'c', 'd'];
const reason = (channel: string): ExclusionReason => ({ by: 'channel', channel });

/** Ids 1 to 60, each with the channel of its row, if it has one. */
const world = fc.array(fc.option(fc.constantFrom(...channels), { nil: undefined }), { minLength: 60, maxLength: 60 });
const bounds = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 12 })), { maxLength: 40 });

/** Ranges of ids that are left out whatever is there, wherever they lie. */
const runs = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 12 })), { maxLength: 12 })
  .map((parts) => parts.map(([low, length]) => ({ low, high: low + length })));

test('a read looks at every row that it does not leave out, at each once, and in order', () => {
  fc.assert(
    fc.property(world, bounds, fc.subarray(channels), runs, (rows, looks, excluded, inHand) => {
      const stretches = new Stretches();
      for (const [low, length] of looks) {
        const unknown = stretches.unknownFrom(low);
        if (unknown.low > 60) continue;
        const high = Math.min(unknown.high, unknown.low + length, 60);
        const found = new Set(rows.slice(unknown.low - 1, high).filter((channel) => channel !== undefined));
        stretches.add({ low: unknown.low, high, reasons: reasonsOf([...found].map(reason)) });
      }
      const holds = (why: ExclusionReason) => why.by === 'channel' && excluded.includes(why.channel);
      const ranges = stretches.rangesToRead(holds, inHand);
      expect(ranges.length).toBeLessThanOrEqual(8);
      expect(ranges.at(-1)?.high).toBe(idMax);
      for (const [place, { low, high }] of ranges.entries()) {
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThan(ranges[place - 1]?.high ?? 0);
      }
      const isRead = (id: number) => ranges.some(({ low, high }) => low <= id && id <= high);
      const missed = rows.filter(
        (channel, at) =>
          channel !== undefined &&
          !excluded.includes(channel) &&
          !inHand.some(({ low, high }) => low <= at + 1 && at + 1 <= high) &&
          !isRead(at + 1),
      );
      expect(missed).toEqual([]);
    }),
  );
});

test('neighbours of one key become one stretch, however often somebody looked', () => {
  const stretches = new Stretches();
  const reasons = reasonsOf([{ by: 'key', channel: 'orders', key: 'a' }]);
  for (let low = 1; low < 100_000; low += 500) stretches.add({ low, high: low + 499, reasons });
  stretches.add({ low: 100_001, high: 100_500, reasons: reasonsOf([]) });
  expect(stretches.size).toBe(1);
  expect(stretches.rangesToRead(() => true)).toEqual([{ low: 100_501, high: idMax }]);
  expect(stretches.rangesToRead(() => false)).toEqual([{ low: 1, high: idMax }]);
});

test('what cannot be told apart in the memory it may take is forgotten', () => {
  const stretches = new Stretches();
  for (let low = 1; low <= 3000; low += 2) stretches.add({ low, high: low, reasons: reasonsOf([reason('a')]) });
  expect(stretches.size).toBeLessThanOrEqual(1000);
});
