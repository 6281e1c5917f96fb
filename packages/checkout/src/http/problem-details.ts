import type { CheckoutError } from '../errors/checkout-error.ts';
import { errorTable } from '../errors/error-table.ts';
import type { CheckoutErrorCode } from '../errors/error-table.ts';
import { statusCodes } from './status-codes.ts';

/** An error as RFC 9457 has it, with the shop's `code`, the `path` in the input and the `remedy`. */
export interface ProblemDetails {
  /** Where the problem is described: served by the shop itself. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: CheckoutErrorCode;
  /** Left out where the problem is not about one place of the input. */
  readonly path?: string;
  readonly remedy: string;
}

export const problemMediaType = 'application/problem+json';

export function toProblemDetails({ code, message, path, remedy }: CheckoutError): ProblemDetails {
  return {
    type: `/problems#${code}`,
    title: errorTable[code].meaning,
    status: statusCodes[code],
    detail: message,
    code,
    ...(path === undefined ? {} : { path }),
    remedy,
  };
}
