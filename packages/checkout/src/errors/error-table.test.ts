import { expect, test } from 'vitest';
import { statusCodes } from '../http/status-codes.ts';
import { CheckoutError } from './checkout-error.ts';
import { errorTable } from './error-table.ts';
import type { CheckoutErrorCode } from './error-table.ts';

const codes = Object.keys(errorTable) as CheckoutErrorCode[];

test.each(codes)('%s says what it means and what to do, in sentences', (code) => {
  const { meaning, remedy } = errorTable[code];
  expect(meaning).toMatch(/^[A-Z].*\.$/);
  expect(remedy).toMatch(/^[A-Z].*\.$/);
  expect(statusCodes[code]).toBeGreaterThanOrEqual(400);
});

test.each(codes)('an error of code %s carries the remedy of the table', (code) => {
  const error = new CheckoutError({ code, message: 'It failed.' });
  expect(error).toMatchObject({ code, remedy: errorTable[code].remedy, retryable: errorTable[code].retryable });
});
