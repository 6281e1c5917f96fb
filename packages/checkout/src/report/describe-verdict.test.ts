import { expect, test } from 'vitest';
import type { ArchitectureResult, Comparison } from '../comparison-result.ts';
import { describeVerdict } from './describe-verdict.ts';
import { exampleComparison } from './example-comparison.ts';

const all = ['status-quo', 'firehose', 'cloudtrail', 'sns', 'sqs-fifo', 'commit-first'] as const;

const failing = (ids: readonly (typeof all)[number][], faults: Partial<ArchitectureResult>): Comparison =>
  exampleComparison(Object.fromEntries(ids.map((id) => [id, faults])));

test('the one that came through is named, and what the others left is added up', () => {
  const comparison = failing(all.slice(0, 5), { duplicateOrders: 100, duplicateCharges: 7, lostOrders: 1 });
  expect(describeVerdict(comparison)).toEqual({
    headline: 'Only Commit-first served 300 buyers without a duplicate, a loss or a stuck order.',
    detail: 'The other five together left 500 duplicate orders, 35 duplicate charges and 5 lost orders.',
  });
});

test('commit-first gets no praise that the figures do not give', () => {
  const { headline, detail } = describeVerdict(failing(['commit-first'], { duplicateCharges: 1 }));
  expect(headline).toMatch(/^Every architecture but Commit-first served/u);
  expect(detail).toBe('Commit-first left 1 duplicate charge.');
});

test('when none came through, the headline says so', () => {
  const { headline, detail } = describeVerdict(failing(all, { stuckOrders: 2 }));
  expect(headline).toMatch(/^No architecture served/u);
  expect(detail).toBe('All six together left 12 stuck orders.');
});

test('when all came through, nobody is singled out', () => {
  const { headline, detail } = describeVerdict(exampleComparison());
  expect(headline).toMatch(/^Every architecture served 300 buyers/u);
  expect(detail).not.toContain('left');
});

test.each(['duplicateOrders', 'duplicateCharges', 'lostOrders', 'chargesWithoutOrder', 'stuckOrders'] as const)(
  'a single one of %s is enough to have failed',
  (fault) => {
    expect(describeVerdict(failing(all.slice(0, 4), { [fault]: 1 })).headline).toMatch(
      /^Only D · SQS FIFO and Commit-first served/u,
    );
  },
);
