import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readStoreOptions } from './options.ts';
import { readPgOptions } from './pg/pg-options.ts';
import { pgliteDatabase } from './pglite/pglite-database.ts';
import { postgresErrorCodes } from './postgres-error.ts';
import { migrations } from './schema/migrations.ts';

/** The cells of every table, without the signs of code. */
const rows = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
const isStorage = ([, , cell = '']: readonly string[]): boolean => /^\w+ = /u.test(cell);

test('the README explains every reason of an error, with its code, and no other', () => {
  const codes = Object.values<string>(postgresErrorCodes);
  const documented = rows.flatMap(([, reason = '', code = '']) => (codes.includes(code) ? [[reason, code]] : []));
  expect(Object.fromEntries(documented)).toEqual(postgresErrorCodes);
});

test('the README lists every option, with its default where that is one word', () => {
  const { isListening: _, ...pg } = readPgOptions({});
  const settings = Object.entries({
    ...readStoreOptions({ database: pgliteDatabase() }),
    ...pg,
    folder: undefined,
    pglite: undefined,
  });
  const oneWord = (value: unknown): string | undefined =>
    ['number', 'string', 'boolean'].includes(typeof value) ? JSON.stringify(value).replaceAll('"', '') : undefined;
  const documented = new Map(
    rows.filter((row) => !isStorage(row)).map(([, name = '', value = '']) => [name, value.replaceAll(',', '')]),
  );
  expect(settings.filter(([name]) => !documented.has(name)).map(([name]) => name)).toEqual([]);
  const defaults = settings.map(([name, value]) => [name, oneWord(value)]).filter(([, value]) => value !== undefined);
  expect(defaults.map(([name = '']) => [name, documented.get(name)])).toEqual(defaults);
});

test('the README tells what the schema sets for the storage and the vacuum of a table', () => {
  const sql = migrations.map((step) => step.sql).join('\n');
  const tables = sql.matchAll(/^create table \{schema\}\.(\w+) \(\n(?:.*\n)*?\)(?: with \((.*)\))?;$/gmu);
  const set = [...tables].flatMap(([, table = '', settings]) => (settings === undefined ? [] : [[table, settings]]));
  expect(set.length).toBeGreaterThan(3);
  const documented = rows.filter(isStorage).map(([, table = '', settings]) => [table, settings]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(set));
});
