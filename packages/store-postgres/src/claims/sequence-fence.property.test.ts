import fc from 'fast-check';
import { expect, test } from 'vitest';
import { number } from '../testing/some-claims.ts';
import { cursorMoveOf, passFenceInTurn } from './sequence-fence.ts';

test('what the database moves by itself is what the rule says', () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 4 }),
    fc.boolean(),
    fc.integer({ min: 0, max: 9 }),
    fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    (first, length, overGap, last, tookOverAt) => {
      const run = Array.from({ length }, (_, at) => number(first + at, { overGap: overGap && at === 0 }));
      const move = cursorMoveOf(run);
      const passes = move !== undefined && last >= move.low && last <= move.high;
      const since = tookOverAt === undefined ? undefined : Math.min(tookOverAt, last);
      const cursor = { epoch: 'e', last, since };
      expect(passFenceInTurn(cursor, run).cursor).toEqual(passes ? { ...cursor, last: move.target } : cursor);
    },
  );
  fc.assert(property, { numRuns: 500 });
});
