import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { exampleComparison } from './example-comparison.ts';
import { printTable } from './print-table.ts';
import { readTerminal } from './read-terminal.ts';

const terminal = { width: 120, color: false, files: ['reports/comparison/index.html'] };

const duplicating = exampleComparison({
  'status-quo': { orders: 473, duplicateOrders: 173, charges: 1441, duplicateCharges: 1150, submits: 498 },
});

const rowOf = (output: string, title: string): string => output.split('\n').find((line) => line.includes(title)) ?? '';

test('the figures of an architecture stand in its row, in the order of the headings', () => {
  const row = rowOf(printTable(duplicating, terminal), 'Title of status-quo');
  expect(row.split(/ {2,}/u)).toEqual('Title of status-quo|473|173|0|0|1,441|1,150|0|0.06|0.12|1.50|2.90'.split('|'));
});

test('every architecture has a row and its sentence why', () => {
  const output = printTable(duplicating, terminal);
  for (const { title, why } of duplicating.architectures) {
    expect(rowOf(output, title)).not.toBe('');
    expect(output).toContain(why);
  }
});

test('time scale, seed and files are told', () => {
  const output = printTable(duplicating, terminal);
  expect(output).toContain('seed 42');
  expect(output).toContain('20×');
  expect(output).toContain('\nreports/comparison/index.html');
});

test.each([120, 100, 80])('nothing is wider than a terminal of %d columns', (width) => {
  const long = exampleComparison({ sns: { title: 'a long title '.repeat(9), why: 'a long reason '.repeat(30) } });
  for (const color of [true, false]) {
    const lines = stripVTControlCharacters(printTable(long, { ...terminal, width, color })).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
  }
});

test('without colour there is no escape sequence at all', () => {
  expect(printTable(duplicating, terminal)).not.toContain('\u001B');
});

test('with colour the faults are loud, the zeros dim, and the words are the same', () => {
  const output = printTable(duplicating, { ...terminal, color: true });
  expect(output).toContain('\u001B[31m173\u001B[39m');
  expect(output).toContain('\u001B[2m0\u001B[22m');
  expect(stripVTControlCharacters(output)).toBe(printTable(duplicating, terminal));
});

test('where nothing went wrong, nothing is red', () => {
  expect(printTable(exampleComparison(), { ...terminal, color: true })).not.toContain('\u001B[31m');
});

test('without samples there is a dash instead of a time', () => {
  const nobody = exampleComparison({ firehose: { timeToPaidSamplesMs: [], timeToPaidMs: { p50: 0, p99: 0 } } });
  expect(rowOf(printTable(nobody, terminal), 'Title of firehose')).toMatch(/0\.06 +0\.12 +– +–$/u);
});

test('a run that was counted too early says so', () => {
  const output = printTable(exampleComparison({ sns: { unsettled: '3 messages under way' } }), terminal);
  expect(rowOf(output, 'Why sns')).toContain('3 messages under way');
});

test('a title cannot steer the terminal or break its row', () => {
  const output = printTable(
    exampleComparison({ sns: { title: '\u001B[2J\u001B]0;owned\u0007C\n\r\u202Etopic' } }),
    terminal,
  );
  expect(output).toMatch(/^C topic +300/mu);
});

test('a stream that is no terminal gets no colour and 120 columns', () => {
  expect(readTerminal({})).toEqual({ width: 120, color: false });
});

test('a terminal is asked for its colours and its width, of which no more than 120 are used', () => {
  expect(readTerminal({ columns: 90, hasColors: () => true })).toEqual({ width: 90, color: true });
  expect(readTerminal({ columns: 300, hasColors: () => false })).toEqual({ width: 120, color: false });
});
