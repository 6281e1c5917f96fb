import { isBusError } from '@waybill/core';
import { CheckoutError } from '../errors/checkout-error.ts';
import type { CheckoutErrorCode } from '../errors/error-table.ts';

/** Fastify's own refusals, by its error codes. */
const fastifyCodes: Readonly<Record<string, CheckoutErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-request',
  FST_ERR_BAD_URL: 'malformed-request',
};

/** Whatever a request ended with, as an error that may be shown: what is not known here becomes `internal`, without its text. */
export function toCheckoutError(error: unknown): CheckoutError {
  if (error instanceof CheckoutError) return error;
  if (isBusError(error) && error.retryable) {
    return new CheckoutError({ code: 'unavailable', message: 'The order could not be stored.', cause: error });
  }
  const code = fastifyCodes[stringOf(error, 'code') ?? ''] ?? (isRefusal(error) ? 'malformed-request' : 'internal');
  const message =
    code === 'internal'
      ? 'The request failed for a reason that does not lie with its sender.'
      : `The request was refused (${stringOf(error, 'code') ?? 'unreadable'}).`;
  return new CheckoutError({ code, message, cause: error });
}

/** A refusal of Fastify that has no entry of its own above. */
function isRefusal(error: unknown): boolean {
  if (stringOf(error, 'code')?.startsWith('FST_') !== true) return false;
  const { statusCode } = error as { readonly statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
}

function stringOf(error: unknown, property: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, property);
  return typeof value === 'string' ? value : undefined;
}
