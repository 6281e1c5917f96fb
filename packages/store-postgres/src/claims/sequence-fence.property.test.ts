import fc from 'fast-check';
import { expect, test } from 'vitest';
import { number } from '../testing/some-claims.ts';
import { cursorMoveOf, passFence } from './sequence-fence.ts';

test('what the database moves by itself is what the rule says', () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 4 }),
    fc.boolean(),
    fc.integer({ min: 0, max: 9 }),
    (first, length, overGap, last) => {
      const run = Array.from({ length }, (_, at) => number(first + at, { overGap: overGap && at === 0 }));
      const move = cursorMoveOf(run);
      const passes = move !== undefined && last >= move.low && last <= move.high;
      const cursor = { epoch: 'e', last };
      expect(passFence(cursor, run).cursor).toEqual(passes ? { epoch: 'e', last: move.target } : cursor);
    },
  );
  fc.assert(property, { numRuns: 500 });
});
