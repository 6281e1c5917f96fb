import type { CheckoutErrorCode } from '../errors/error-table.ts';

/** The HTTP status of each code; for idempotency keys as draft-ietf-httpapi-idempotency-key-header-07 has them. */
export const statusCodes: Readonly<Record<CheckoutErrorCode, number>> = {
  'malformed-body': 400,
  'body-too-deep': 400,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'malformed-request': 400,
  'not-found': 404,
  'invalid-request': 422,
  'unknown-product': 422,
  'amount-too-large': 422,
  'order-not-found': 404,
  'idempotency-key-missing': 400,
  'idempotency-key-invalid': 400,
  'idempotency-key-reused': 422,
  'request-in-progress': 409,
  'payment-declined': 402,
  'payment-unknown': 502,
  'illegal-transition': 500,
  'invalid-catalogue': 500,
  'invalid-options': 500,
  'port-in-use': 500,
  'database-unavailable': 503,
  unavailable: 503,
  internal: 500,
};
