import { describe, expect, test, vi } from 'vitest';
import { BusError, isBusError } from './bus-error.ts';
import type { BusErrorCode } from './error-code.ts';
import { errorTable } from './error-table.ts';
import { redactCredentials } from './redact-credentials.ts';
import { wrapDriverError } from './wrap-driver-error.ts';
import type { DriverErrorContext } from './wrap-driver-error.ts';

const codes = Object.keys(errorTable) as BusErrorCode[];

test.each(codes)('the meaning and the remedy of %s are a sentence each', (code) => {
  const { meaning, remedy } = errorTable[code];
  for (const text of [meaning, remedy]) expect(text).toMatch(/^[A-Z].{8,}[.]$/);
});

describe('a BusError', () => {
  test('shows what failed, the remedy and the code, and keeps the cause', () => {
    const cause = new Error('raw');
    const error = new BusError({
      code: 'throttled',
      message: 'Sending to charge-order failed.',
      path: 'limits',
      cause,
    });
    expect(error.message).toBe(`Sending to charge-order failed. ${errorTable.throttled.remedy} [throttled]`);
    expect(error).toMatchObject({ name: 'BusError', code: 'throttled', retryable: true, path: 'limits', cause });
  });

  test('is recognised across two copies of the package, and nothing else is', async () => {
    vi.resetModules();
    const copy = await import('./bus-error.ts');
    const stranger = new copy.BusError({ code: 'closed', message: 'Closed.' });
    expect(stranger).not.toBeInstanceOf(BusError);
    expect(isBusError(stranger)).toBe(true);
    for (const value of [new Error('x'), { code: 'closed' }, undefined, null, 'closed', () => undefined])
      expect(isBusError(value)).toBe(false);
  });
});

describe('wrapping a driver error', () => {
  const context: DriverErrorContext = { codeOf: () => 'unauthorized', action: 'Publishing to charge-order failed' };

  test('takes the code of the driver, names the address and keeps the raw error as cause', () => {
    const raw = new Error('ACCESS_REFUSED');
    const error = wrapDriverError(raw, context);
    expect(error).toMatchObject({ code: 'unauthorized', cause: raw });
    expect(error.message).toMatch(/^Publishing to charge-order failed: ACCESS_REFUSED\. /);
  });

  test('happens once', () => {
    const error = wrapDriverError(new Error('raw'), context);
    expect(wrapDriverError(error, context)).toBe(error);
  });

  test.each([
    'amqp://shop:s3cret@broker:5672/orders',
    'postgres://shop:s3cret%40x@db/orders?ssl=true',
    'connect to redis://:s3cret@cache failed',
    'amqp://shop:p@s3cret@broker',
    'amqp://shop:p/s3cret@broker',
  ])('hides the credentials in %s', (text) => {
    expect(redactCredentials(text)).not.toContain('s3cret');
    expect(wrapDriverError(new Error(text), context).message).not.toContain('s3cret');
    expect(wrapDriverError(text, context).message).not.toContain('s3cret');
  });

  test.each([
    `amqp://shop:${'s3cret'.repeat(300)}@broker`,
    `${'x'.repeat(980)} amqp://shop:s3cret@broker`,
    'postgres://db/orders?user=shop&password=s3cret',
    'host=db user=shop Password = "s3cret" dbname=orders',
    '{"awsSecretAccessKey": "s3cret12", "sessionToken":"s3cret12"}',
    'GET /queue?X-Amz-Signature=s3cret12 failed',
    'Authorization: Bearer s3cret.12345',
    'authorization: basic c2hvcDpzM2NyZXQ=',
  ])('hides the secret in %.60s', (text) => {
    expect(redactCredentials(text)).not.toMatch(/s3c|c2hvc/);
    expect(redactCredentials(text)).toContain('***');
  });

  test('leaves addresses without credentials and plain words, and cuts what is too long', () => {
    for (const text of [
      'amqp://broker:5672/orders of a@b.example',
      'token expired; basic checks passed; the password is wrong',
    ]) {
      expect(redactCredentials(text)).toBe(text);
    }
    expect(redactCredentials('x'.repeat(5000))).toHaveLength(1000);
  });

  test.each([
    ['an object without a prototype', Object.create(null)],
    ['a symbol', Symbol('x')],
    ['undefined', undefined],
    ['an error whose message is no text', Object.assign(new Error('x'), { message: { toString: 7 } })],
    ['an error whose message cannot be read', Object.defineProperty(new Error('x'), 'message', { get: fail })],
  ])('copes with %s', (_, thrown: unknown) => {
    expect(wrapDriverError(thrown, context)).toMatchObject({ code: 'unauthorized', cause: thrown });
  });

  test.each([
    ['throws', fail],
    ['answers with a code of nobody', () => 'ECONNRESET' as BusErrorCode],
    ['answers with the name of a member of every object', () => 'constructor' as BusErrorCode],
  ])('a classifier that %s does not hide the error', (_, codeOf) => {
    const raw = new Error('connection reset');
    const error = wrapDriverError(raw, { ...context, codeOf });
    expect(error).toMatchObject({ code: 'unknown', cause: raw });
    expect(error.message).toContain('connection reset');
  });
});

function fail(): never {
  throw new Error('a bug of the driver');
}
