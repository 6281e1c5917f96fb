import { expect, test } from 'vitest';
import { claimed, conflict, duplicate, gap, number } from '../testing/some-claims.ts';
import { cursorMoveOf, passFence } from './sequence-fence.ts';

test('a run of numbers moves the cursor to its last, wherever in the run it stands', () => {
  const run = [number(3), number(4), number(5)];
  expect(cursorMoveOf(run)).toEqual({ epoch: 'e', low: 2, high: 4, target: 5 });
  for (const last of [2, 3, 4]) expect(passFence({ epoch: 'e', last }, run).cursor).toEqual({ epoch: 'e', last: 5 });
  expect(passFence({ epoch: 'e', last: 1 }, run).outcomes).toEqual([gap(2), gap(2), gap(2)]);
  expect(passFence({ epoch: 'e', last: 5 }, run).outcomes).toEqual([duplicate, duplicate, duplicate]);
});

test('a list that is no run is left to the rule', () => {
  expect(cursorMoveOf([])).toBeUndefined();
  expect(cursorMoveOf([number(1), number(1)])).toBeUndefined();
  expect(cursorMoveOf([number(1), number(3)])).toBeUndefined();
  expect(cursorMoveOf([number(1), number(2, { epoch: 'other' })])).toBeUndefined();
});

test('a cursor that nothing was claimed of is the very same', () => {
  const cursor = { epoch: 'e', last: 5 };
  const passage = passFence(cursor, [number(5), number(9), number(6, { epoch: 'other' })]);
  expect(passage.outcomes).toEqual([duplicate, gap(6), conflict]);
  expect(passage.cursor).toBe(cursor);
  expect(passFence(undefined, [number(2)])).toEqual({ outcomes: [gap(1)], cursor: undefined });
});

test('on the next timeline the very next number goes on, and on an earlier one only old numbers are known', () => {
  const cursor = { epoch: '7.2.5', last: 4 };
  const at = (epoch: string, sequence: number) => passFence(cursor, [number(sequence, { epoch })]).outcomes[0];
  expect(at('7.3.5', 5)).toEqual(claimed);
  expect([at('7.3.5', 4), at('7.3.5', 6), at('7.1.5', 5), at('8.3.5', 5), at('8.1.5', 4), at('x', 5)]).toEqual(
    Array.from({ length: 6 }, () => conflict),
  );
  expect(at('7.1.5', 4)).toEqual(duplicate);
  // Nobody gives up numbers of a numbering that is not the cursor's.
  expect(passFence(cursor, [number(9, { epoch: '7.3.5', overGap: true })]).outcomes).toEqual([conflict]);
});
