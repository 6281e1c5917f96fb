import { expect, test } from 'vitest';
import { cases } from '../cases/cases.ts';
import { propertyIds } from '../properties/properties.ts';
import { transportSuite } from '../transport-suite.ts';
import type { CommittedMatrix, CommittedResult } from './committed-matrix.ts';
import { findStale } from './find-stale.ts';

const resultOf = (id: CommittedResult['id']): CommittedResult => ({
  id,
  level: 'native',
  note: 'the broker does it',
  verdict: 'not-run',
  reason: '',
});

function matrixOf(...changed: readonly CommittedResult[]): CommittedMatrix {
  const results = propertyIds.map((id) => changed.find((result) => result.id === id) ?? resultOf(id));
  const product = { transport: 'demo', product: 'Demo Broker', version: '1', startedBy: 'docker' } as const;
  return { ...product, mode: 'standard', seed: 1, results };
}

const passed: CommittedResult = { ...resultOf('ORD-4'), verdict: 'pass' };

test('a matrix of the suite as it is has nothing stale', () => {
  expect(findStale(transportSuite, matrixOf(passed))).toEqual([]);
});

test('a verdict of a property that has lost its cases is stale', () => {
  const left = cases.filter(({ id }) => id !== 'ORD-4');
  expect(findStale({ ...transportSuite, cases: left }, matrixOf(passed))).toEqual([
    'demo 1 tells pass of ORD-4, and the suite has no case for it in mode standard',
  ]);
});

test('cases of another mode or of the other kind prove nothing of it', () => {
  const inFault = cases.map((each) => (each.id === 'ORD-4' ? { ...each, modes: ['fault'] as const } : each));
  expect(findStale({ ...transportSuite, cases: inFault }, matrixOf(passed))).toHaveLength(1);
  const refused: CommittedResult = { ...passed, level: 'unsupported', verdict: 'negative-pass' };
  const positive = cases.filter(({ kind }) => kind === 'positive');
  expect(findStale({ ...transportSuite, cases: positive }, matrixOf(refused))).toHaveLength(1);
});

test('a property that is missing, told twice or none is stale', () => {
  const { results, ...matrix } = matrixOf(passed);
  const [first, second, ...others] = results;
  const stranger = resultOf('ORD-99' as CommittedResult['id']);
  const changed = [second, second, ...others, stranger].filter((result) => result !== undefined);
  expect(findStale(transportSuite, { ...matrix, results: changed })).toEqual([
    `demo 1 tells ${first?.id} 0 times`,
    `demo 1 tells ${second?.id} 2 times`,
    'demo 1 tells ORD-99, which is no property',
  ]);
});
