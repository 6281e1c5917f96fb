import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idRuns } from './id-runs.ts';

const run = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 120 }));

test('runs hold ids that were given and no others, none beside another, and leave out only what is short', () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 8 }), (parts) => {
      const ids = new Set(parts.flatMap(([low, length]) => Array.from({ length }, (_, at) => low + at)));
      // As a relay gives them: page behind page, not in order.
      const runs = idRuns([...ids].toReversed());
      const inRuns = new Set(
        runs.flatMap(({ low, high }) => Array.from({ length: high - low + 1 }, (_, at) => low + at)),
      );
      expect(inRuns.isSubsetOf(ids)).toBe(true);
      for (const { low, high } of runs) expect([ids.has(low - 1), ids.has(high + 1)]).toEqual([false, false]);
      const left = idRuns([...ids.difference(inRuns)]);
      expect(left).toEqual([]);
    }),
  );
});
