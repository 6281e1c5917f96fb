import { expect, test } from 'vitest';
import { plainOptions } from './plain-options.ts';

test('digits and truth values of the environment become what they mean', () => {
  const config = {
    connectionsMax: '20',
    preparedStatements: 'true',
    notify: 'false',
    reconnectMs: { first: '5', max: 7 },
  };
  expect(plainOptions(config)).toEqual({
    connectionsMax: 20,
    preparedStatements: true,
    notify: false,
    reconnectMs: { first: 5, max: 7 },
  });
});

test('texts stay texts, and what is no number is left for the check', () => {
  const config = { schema: '2026', folder: 'true', connectionsMax: 'many', lockTimeoutMs: '5s', url: undefined };
  expect(plainOptions(config)).toEqual(config);
});

test('what is no object is left for the check', () => {
  expect([undefined, null, 'x', 7].map(plainOptions)).toEqual([undefined, null, 'x', 7]);
});
