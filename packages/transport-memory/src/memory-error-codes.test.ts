import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codeOfMemoryError, MemoryBrokerError, memoryErrorCodes } from './memory-error-codes.ts';

test.each(Object.entries(memoryErrorCodes))('%s is known as %s', (reason, code) => {
  expect(codeOfMemoryError(Object.assign(new MemoryBrokerError('closed', 'x'), { reason }))).toBe(code);
});

test('an error of another copy of the package is recognised by what it says, not by its class', () => {
  const foreign = Object.assign(new Error('x'), { name: 'MemoryBrokerError', reason: 'throttled' });
  expect(codeOfMemoryError(foreign)).toBe('throttled');
});

test.each([
  ['a stranger', new Error('x')],
  ['a stranger with a reason', Object.assign(new Error('x'), { reason: 'throttled' })],
  ['a reason that every object has', Object.assign(new Error('x'), { name: 'MemoryBrokerError', reason: 'toString' })],
  ['no error', 'throttled'],
  ['nothing', undefined],
])('%s is unknown', (_, error) => {
  expect(codeOfMemoryError(error)).toBe('unknown');
});

test('the README lists every code that can be met, and no other', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, errors = ''] = /## Errors\n([\s\S]*?)\n## /.exec(readme) ?? [];
  const listed = [...errors.matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code);
  expect(new Set(listed)).toEqual(new Set(Object.values(memoryErrorCodes)));
});
