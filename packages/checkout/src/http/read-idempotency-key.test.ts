import { expect, test } from 'vitest';
import { readIdempotencyKey } from './read-idempotency-key.ts';

test.each([
  ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['k', 'k'],
  ['k'.repeat(255), 'k'.repeat(255)],
])('%s is a key', (header, key) => {
  expect(readIdempotencyKey(header)).toBe(key);
});

test.each([undefined, ''])('%j is no key', (header) => {
  expect(() => readIdempotencyKey(header)).toThrowError(expect.objectContaining({ code: 'idempotency-key-missing' }));
});

test.each(['""', 'two words', 'one,two', 'k'.repeat(256), 'ключ', 'line\nbreak', ['a', 'b']])(
  '%j cannot be used',
  (header) => {
    expect(() => readIdempotencyKey(header)).toThrowError(
      expect.objectContaining({ code: 'idempotency-key-invalid', path: 'headers.idempotency-key' }),
    );
  },
);
