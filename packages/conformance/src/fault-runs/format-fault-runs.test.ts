import { expect, test } from 'vitest';
import { formatFaultRuns } from './format-fault-runs.ts';
import type { ScenarioResult } from './run-scenario.ts';

const result: ScenarioResult = {
  scenario: 'kill9',
  confirmed: 200_000,
  rejected: 0,
  unknown: 3,
  unknownHandled: 2,
  faults: 40,
  held: 12_345,
  everyMs: 4000,
  slowed: ['with one each 2000 ms only 7 effects in 10 s, so each 4000 ms'],
  received: 201_002,
  refused: 900,
  duplicateDeliveries: 1000,
  wrongs: { lost: 1, duplicates: 0, reorders: 0, overlaps: 0, contradicted: 0 },
  witnesses: [],
  tookMs: 123_456,
  problem: undefined,
};

test('the table has a row for each run, and what was slowed down and what is wrong stand under it', () => {
  const [broker, head, row, ...notes] = formatFaultRuns('kafka', [result]).split('\n');
  expect(broker).toBe('kafka');
  expect(head?.split(/ {2,}/u)).toEqual([
    'scenario',
    'acknowledged',
    'rejected',
    'unknown',
    'faults',
    'held at them',
    'duplicate deliveries',
    'refused by the inbox',
    'lost',
    'duplicate effects',
    'reordered',
    'overlapping',
    'seconds',
  ]);
  expect(row?.split(/ {2,}/u)).toEqual([
    'kill9',
    '200000',
    '0',
    '3 (2 came)',
    '40',
    '12345',
    '1000',
    '900',
    '1',
    '0',
    '0',
    '0',
    '123',
  ]);
  expect(notes).toEqual([
    'kill9: with one each 2000 ms only 7 effects in 10 s, so each 4000 ms',
    'kill9: 1 confirmed commands have no effect',
  ]);
});
