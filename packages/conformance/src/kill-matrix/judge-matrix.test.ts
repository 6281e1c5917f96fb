import { expect, test } from 'vitest';
import { problemsOf } from './judge-matrix.ts';
import type { CellResult } from './run-cell.ts';

const struck: CellResult = {
  boundary: 'P1',
  fault: 'kill',
  orders: 10,
  hasStruck: true,
  tookMs: 1,
  problem: undefined,
};

test('a run in which every cell struck and nothing is wrong in the tables has no problems', () => {
  expect(problemsOf({ cells: [struck], crashes: [], wrongs: {} })).toEqual([]);
});

test('a cell that did not strike proves nothing, and is a problem', () => {
  expect(problemsOf({ cells: [{ ...struck, hasStruck: false }], crashes: [], wrongs: {} })).toEqual([
    'P1 kill: the victim never came to the boundary',
  ]);
});

test('a cell that did not come to its end says why', () => {
  expect(problemsOf({ cells: [{ ...struck, problem: 'stuck' }], crashes: [], wrongs: {} })).toEqual(['P1 kill: stuck']);
});

test('what is wrong in the tables is a problem of its cell', () => {
  const wrongs = { 'P1 kill': { lost: 1, duplicates: 2, reorders: 3 } };
  expect(problemsOf({ cells: [struck], crashes: [], wrongs })).toEqual([
    'P1 kill: 1 lost, 2 duplicate, 3 out of order',
  ]);
});

test('a server that does not come back is a problem', () => {
  expect(
    problemsOf({
      cells: [struck],
      crashes: [{ cell: 'database kill -9', orders: 4, serverKills: 1, shopKills: 1, problem: 'no answer' }],
      wrongs: {},
    }),
  ).toEqual(['database kill -9: no answer']);
});
