import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { errorTable } from '../../packages/core/src/errors/error-table.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(resolve(root, path), 'utf8');
const codes = Object.keys(errorTable);
const byName = (left: string, right: string): number => left.localeCompare(right);

const sources = globSync('packages/*/src/**/*.ts', { cwd: root })
  .filter((path) => !/error-(?:code|table)\.ts$|\.test(?:-d)?\.ts$/.test(path))
  .map(read);

test('the table has every code of the union and no stranger', () => {
  const union = Array.from(
    read('packages/core/src/errors/error-code.ts').matchAll(/'([a-z-]+)'/g),
    ([, code]) => code ?? '',
  );
  expect(union.toSorted(byName)).toEqual(codes.toSorted(byName));
});

test.each(codes)('%s is reported somewhere in the sources', (code) => {
  expect(sources.some((source) => source.includes(`'${code}'`))).toBe(true);
});

test('the documentation shows the table as it is', () => {
  const rows = Object.entries(errorTable).map(([code, { retryable, meaning, remedy }]) => [
    `\`${code}\``,
    retryable ? 'yes' : 'no',
    meaning,
    remedy,
  ]);
  const documented = read('docs/errors.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(documented).toEqual(rows);
});
