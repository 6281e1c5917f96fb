import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { redisErrorTable } from './errors/redis-error-table.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the README explains every code of an error as the table does, and no other', () => {
  const section = readme.slice(readme.indexOf('## Errors'), readme.indexOf('## Options'));
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const expected = Object.entries(redisErrorTable).map(([code, { retryable, meaning, remedy }]) => [
    `\`${code}\``,
    retryable ? 'yes' : 'no',
    meaning,
    remedy,
  ]);
  expect(rows).toEqual(expected);
});

test('the README lists every option', () => {
  const options =
    'url client keyPrefix commandTimeoutMs unansweredMax observe clock random newId connection name onFailure leaseMs keepMs ' +
    'answerBytesMax schema ttlMs jitter lockMs waitMs valueBytesMax perKey global limit';
  const listed = new Set([...readme.matchAll(/^\| `(\w+)`/gmu)].map(([, name]) => name));
  expect(options.split(' ').filter((name) => !listed.has(name))).toEqual([]);
});
