import { expect, test } from 'vitest';
import { errorText } from './error-text.ts';

test('an error is told by its name and message, without credentials, and nothing else of it', () => {
  const error = Object.assign(new TypeError('amqp://shop:s3cret@broker refused'), { request: 's3cret' });
  expect(errorText(error)).toBe('TypeError: amqp://***@broker refused');
  expect(errorText('token=s3cret expired')).toBe('token=*** expired');
});

test.each([undefined, null, 7, Symbol('x'), Object.create(null), { message: 's3cret' }, () => 's3cret'])(
  'what is no error (%#) is told as such',
  (thrown) => {
    expect(errorText(thrown)).toBe('not an Error');
  },
);

test('an error that cannot be read is still put aside', () => {
  const broken = Object.assign(new Error('x'), { message: Object.create(null) as string });
  expect(errorText(broken)).toBe('an Error that cannot be read');
});
