import type { FenceCursor } from '@waybill/core/driver';
import { expect, test } from 'vitest';
import { claimed, conflict, duplicate, gap, number } from '../testing/some-claims.ts';
import { cursorMoveOf, passFenceInTurn } from './sequence-fence.ts';

const cursorAt = (last: number): FenceCursor => ({ epoch: 'e', last, since: undefined });

test('a run of numbers moves the cursor to its last, wherever in the run it stands', () => {
  const run = [number(3), number(4), number(5)];
  expect(cursorMoveOf(run)).toEqual({ epoch: 'e', low: 2, high: 4, target: 5 });
  for (const last of [2, 3, 4]) expect(passFenceInTurn(cursorAt(last), run).cursor).toEqual(cursorAt(5));
  expect(passFenceInTurn(cursorAt(1), run).outcomes).toEqual([gap(2), gap(2), gap(2)]);
  expect(passFenceInTurn(cursorAt(5), run).outcomes).toEqual([duplicate, duplicate, duplicate]);
});

test('a list that is no run is left to the rule', () => {
  expect(cursorMoveOf([])).toBeUndefined();
  expect(cursorMoveOf([number(1), number(1)])).toBeUndefined();
  expect(cursorMoveOf([number(1), number(3)])).toBeUndefined();
  expect(cursorMoveOf([number(1), number(2, { epoch: 'other' })])).toBeUndefined();
});

test('a cursor that nothing was claimed of is the very same', () => {
  const cursor = cursorAt(5);
  const passage = passFenceInTurn(cursor, [number(5), number(9), number(6, { epoch: 'other' })]);
  expect(passage.outcomes).toEqual([duplicate, gap(6), conflict]);
  expect(passage.cursor).toBe(cursor);
  expect(passFenceInTurn(undefined, [number(2)])).toEqual({ outcomes: [gap(1)], cursor: undefined });
});

test('on the next timeline the very next number goes on, and numbers before it are waited for', () => {
  const cursor: FenceCursor = { epoch: '7.2.5', last: 4, since: undefined };
  const at = (epoch: string, sequence: number) => passFenceInTurn(cursor, [number(sequence, { epoch })]).outcomes[0];
  expect([at('7.3.5', 5), at('7.3.5', 6)]).toEqual([claimed, gap(5)]);
  expect([at('7.3.5', 4), at('7.1.5', 5), at('8.3.5', 5), at('8.1.5', 4), at('x', 5)]).toEqual(
    Array.from({ length: 5 }, () => conflict),
  );
  expect(at('7.1.5', 4)).toEqual(duplicate);
  const forced = number(9, { epoch: '7.3.5', overGap: true });
  expect(passFenceInTurn(cursor, [forced]).cursor).toEqual({ epoch: '7.3.5', last: 9, since: 9 });
});

test('a number that two timelines have given is known by the one that the cursor passed it with', () => {
  const [first, promoted] = [{ epoch: '7.1.5' }, { epoch: '7.2.5' }];
  const { cursor } = passFenceInTurn(undefined, [
    number(1, first),
    number(2, first),
    number(3, promoted),
    number(4, promoted),
  ]);
  expect(cursor).toEqual({ epoch: '7.2.5', last: 4, since: 3 });
  const of = (epoch: { readonly epoch: string }) =>
    passFenceInTurn(
      cursor,
      [1, 2, 3, 4].map((sequence) => number(sequence, epoch)),
    ).outcomes;
  expect(of(first)).toEqual([duplicate, duplicate, conflict, conflict]);
  expect(of(promoted)).toEqual([conflict, conflict, duplicate, duplicate]);
});
