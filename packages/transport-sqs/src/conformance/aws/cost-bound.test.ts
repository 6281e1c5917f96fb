import { expect, test } from 'vitest';
import type { Column } from '../columns.ts';
import { costBound, dollarsOf, formatBound } from './cost-bound.ts';
import { measuredCalls } from './measured-calls.ts';

const all = Object.keys(measuredCalls) as readonly Column[];

test('the bound of several columns is that of each of them together', () => {
  const each = all.map((column) => costBound([column]));
  const { callsMax, dollars } = costBound(all);
  expect(callsMax.sqs).toBe(each.reduce((sum, bound) => sum + bound.callsMax.sqs, 0));
  expect(callsMax.sns).toBe(each.reduce((sum, bound) => sum + bound.callsMax.sns, 0));
  expect(dollars).toBeCloseTo(
    each.reduce((sum, bound) => sum + bound.dollars, 0),
    10,
  );
});

test.each(all)(
  'column %s was measured, and its bound leaves room for a service that is slower to tell its counts',
  (column) => {
    const { sqs, sns } = costBound([column]).callsMax;
    expect(sqs).toBeGreaterThanOrEqual(3 * measuredCalls[column].sqs);
    expect(measuredCalls[column].sqs).toBeGreaterThan(0);
    expect(sns > 0).toBe(measuredCalls[column].sns > 0);
  },
);

test('a million calls of SQS cost half a dollar, twice that in the dearest region, and a batch of SNS is ten publishes', () => {
  expect(dollarsOf({ sqs: 1_000_000, sns: 0 })).toBe(1);
  expect(dollarsOf({ sqs: 0, sns: 1_000_000 })).toBe(10);
  expect(formatBound({ callsMax: { sqs: 2000, sns: 100 }, dollars: 0.003 })).toBe(
    'At most 2000 calls of SQS and 100 of SNS, which is $0.0030 or less; at the limit the run stops.',
  );
});
