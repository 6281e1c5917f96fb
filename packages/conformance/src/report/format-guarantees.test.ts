import { describe, expect, test } from 'vitest';
import { propertyIds } from '../properties/properties.ts';
import { transportSuite } from '../transport-suite.ts';
import type { CommittedResult } from './committed-matrix.ts';
import { formatGuarantees } from './format-guarantees.ts';

const passed: CommittedResult = { id: 'ORD-4', level: 'native', note: 'it is FIFO', verdict: 'pass', reason: '' };

function matrixOf(...results: readonly CommittedResult[]) {
  return {
    transport: 'demo',
    product: 'Demo Broker',
    version: '4.2',
    startedBy: 'docker',
    seed: 3,
    mode: 'standard',
    results,
  } as const;
}

const rowOf = (result: CommittedResult): string | undefined =>
  formatGuarantees(transportSuite, [matrixOf(result)])
    .split('\n')
    .find((line) => line.startsWith('| ORD-4 |'));

test.each([
  [passed, '✓ native: it is FIFO'],
  [{ ...passed, level: 'emulated', note: 'by lanes' }, '✓ emulated: by lanes'],
  [{ ...passed, level: 'unsupported', note: 'it is a bag', verdict: 'negative-pass' }, '✓ refused: it is a bag'],
  [
    { ...passed, verdict: 'deviation', reason: 'slow, until 2027-01-31: https://a.b' },
    '✗ slow, until 2027-01-31: https://a.b',
  ],
  [{ ...passed, verdict: 'unproven', reason: 'it forgets' }, '○ unproven: it forgets'],
  [{ ...passed, verdict: 'not-run', reason: 'no case yet' }, 'not run (no case yet); native: it is FIFO'],
] as const)('a cell says how the property is met and what the run found: %#', (result, cell) => {
  expect(rowOf(result)?.split(' | ').at(-1)).toBe(`${cell} |`);
});

test('a property that the matrix does not have is not run', () => {
  expect(formatGuarantees(transportSuite, [matrixOf(passed)])).toMatch(/\| ORD-5 \| .* \| not run \|/u);
});

test('every property has one row, and every transport its column and its version', () => {
  const text = formatGuarantees(transportSuite, [
    matrixOf(passed),
    { ...matrixOf(passed), transport: 'other', version: '9' },
  ]);
  expect(text.match(/^\| [A-Z]+-\d+ \|/gmu)).toHaveLength(propertyIds.length);
  expect(text).toContain('| Id | Property | demo 4.2 | other 9 |');
  expect(text).toContain(`- demo: Demo Broker 4.2 (docker), mode standard, seed 3: 1 of ${propertyIds.length} proven.`);
});

test('a bar in a note does not end its cell', () => {
  expect(rowOf({ ...passed, note: 'a|b' })).toContain('a\\|b');
});

describe('a column of several servers', () => {
  const on = (product: string, result: Partial<CommittedResult>) => ({
    ...matrixOf({ ...passed, ...result }),
    product,
    column: 'SQS FIFO',
  });
  const cell = (...servers: readonly ReturnType<typeof on>[]): string | undefined =>
    formatGuarantees(transportSuite, servers)
      .split('\n')
      .find((line) => line.startsWith('| ORD-4 |'))
      ?.split(' | ')
      .at(-1);
  const unproven = { verdict: 'unproven', reason: 'it forgets' } as const;

  test('has one head, a line for each server, and one for all of them', () => {
    const text = formatGuarantees(transportSuite, [on('one', {}), on('two', unproven)]);
    expect(text).toContain('| Id | Property | SQS FIFO |');
    expect(text).toContain('- SQS FIFO: two 4.2 (docker), mode standard, seed 3: 0 of');
    expect(text).toContain(`- SQS FIFO, on one or the other: 1 of ${propertyIds.length} proven.`);
  });

  test('names who proves a property and who does not', () => {
    const expected = '✓ native: it is FIFO; on two 4.2; not shown by one 4.2 |';
    expect(cell(on('one', unproven), on('two', {}))).toBe(expected);
  });

  test('tells all reasons where nobody proves it', () => {
    const other = { verdict: 'unproven', reason: 'it locks nothing' } as const;
    expect(cell(on('one', unproven), on('two', other))).toBe(
      '○ unproven: one 4.2: it forgets; two 4.2: it locks nothing |',
    );
  });

  test('tells a known failure before what is unproven', () => {
    expect(cell(on('one', unproven), on('two', { verdict: 'deviation', reason: 'slow' }))).toBe('✗ two 4.2: slow |');
  });

  test('tells that none has run', () => {
    const none = { verdict: 'not-run', reason: 'no case' } as const;
    expect(cell(on('one', none), on('two', none))).toBe('not run (one 4.2: no case; two 4.2: no case) |');
  });
});
