import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dynamodbErrorCodes } from './dynamodb-error.ts';
import { itemKeys } from './items/item-keys.ts';
import { readOptions } from './options.ts';
import { recordKeys } from './records/record-keys.ts';
import { scriptedClient } from './testing/scripted-client.ts';

/** The cells of every table, without the signs of code. */
const rows = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

test('the README explains every reason of an error, with its code, and no other', () => {
  const codes = new Set<string>(Object.values(dynamodbErrorCodes));
  const documented = rows.flatMap(([, reason = '', code = '']) => (codes.has(code) ? [[reason, code]] : []));
  expect(Object.fromEntries(documented)).toEqual(dynamodbErrorCodes);
});

test('the README lists every option, with its default where that is one word', () => {
  const settings = Object.entries(readOptions({ client: scriptedClient(() => ({})).client, table: 't' }));
  const documented = new Map(rows.map(([, name = '', value = '']) => [name, value]));
  expect(settings.filter(([name]) => !documented.has(name))).toEqual([]);
  const numbers = settings.flatMap(([name, value]) => (typeof value === 'number' ? [[name, String(value)]] : []));
  expect(numbers.map(([name = '']) => [name, documented.get(name)])).toEqual(numbers);
});

test('the README draws every kind of item that lies in the table', () => {
  const kindOf = (pk: string): string => pk.replace(/#.*/, '');
  const drawn = new Set(rows.map(([, , pk = '']) => kindOf(pk)));
  const made = [
    ...Object.values(recordKeys).map((make) => make('one', 'two').pk),
    ...[itemKeys.identity, itemKeys.parkedKey, itemKeys.parkedKeyEntry, itemKeys.cursor, itemKeys.numbering].map(
      (make) => make('one', 'two', 'three').pk,
    ),
    ...[itemKeys.store(), itemKeys.outboxRow(1, 1), itemKeys.bucket(0), itemKeys.relay('one')].map(({ pk }) => pk),
    ...[itemKeys.letter(1), itemKeys.letterId('one'), itemKeys.letterPositions()].map(({ pk }) => pk),
  ];
  expect(made.map(kindOf).filter((kind) => !drawn.has(kind))).toEqual([]);
});
