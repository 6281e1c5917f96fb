import { errorTable } from './error-table.ts';
import type { CheckoutErrorCode } from './error-table.ts';

/** The one error of the shop: act on `code`. The message is a sentence without the remedy, and holds neither bodies nor secrets. */
export class CheckoutError extends Error {
  readonly code: CheckoutErrorCode;
  /** Where in the input, as `lines[0].quantity` or `headers.idempotency-key`; `undefined` where it is not about input. */
  readonly path: string | undefined;
  readonly remedy: string;
  readonly retryable: boolean;

  constructor(options: CheckoutErrorOptions) {
    super(options.message, { cause: options.cause });
    this.name = 'CheckoutError';
    this.code = options.code;
    this.path = options.path;
    this.remedy = errorTable[options.code].remedy;
    this.retryable = errorTable[options.code].retryable;
  }
}

export interface CheckoutErrorOptions {
  readonly code: CheckoutErrorCode;
  readonly message: string;
  readonly path?: string | undefined;
  readonly cause?: unknown;
}
