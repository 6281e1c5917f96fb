import { expect, test } from 'vitest';
import { bodyDepthMax, parseJsonBody } from './parse-json-body.ts';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

test('brackets inside strings are not nesting', () => {
  const text = JSON.stringify({ note: '['.repeat(1000), quote: '"[[\\' });
  expect(parseJsonBody(text)).toEqual({ note: '['.repeat(1000), quote: '"[[\\' });
});

test('the deepest body that is allowed is read and one more is refused', () => {
  expect(() => parseJsonBody(nested(bodyDepthMax))).not.toThrow();
  expect(() => parseJsonBody(nested(bodyDepthMax + 1))).toThrowError(
    expect.objectContaining({ code: 'body-too-deep' }),
  );
});

test.each(['', '{', '{"lines":[}', 'undefined', '{"a":1}{"b":2}', '"open'])('%j is malformed', (text) => {
  expect(() => parseJsonBody(text)).toThrowError(expect.objectContaining({ code: 'malformed-body', path: '$' }));
});
