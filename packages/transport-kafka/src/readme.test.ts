import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kafkaErrorCodes } from './kafka-error.ts';
import { readOptions } from './options.ts';

/** The cells of every table, without the signs of code. */
const rows = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

test('the README explains every reason of an error, with its code, and no other', () => {
  const codes = Object.values<string>(kafkaErrorCodes);
  const documented = rows.flatMap(([, reason = '', code = '']) => (codes.includes(code) ? [[reason, code]] : []));
  expect(Object.fromEntries(documented)).toEqual(kafkaErrorCodes);
});

test('the README lists every option, with its default where that is one word', () => {
  const settings = Object.entries(readOptions({ brokers: ['localhost:9092'] }));
  const isOneWord = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string';
  const documented = new Map(rows.map(([, name = '', value = '']) => [name, value.replaceAll(',', '')]));
  expect(settings.filter(([name]) => !documented.has(name))).toEqual([]);
  const defaults = settings.filter(([, value]) => isOneWord(value)).map(([name, value]) => [name, String(value)]);
  expect(defaults.map(([name = '']) => [name, documented.get(name)])).toEqual(defaults);
});
