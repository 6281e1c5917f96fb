import type { BusErrorCode } from './error-code.ts';
import { errorTable } from './error-table.ts';

const marker = Symbol.for('waybill.bus-error');

/**
 * The one error of core: act on `code`, show `message`. The message names the address or field and ends with the remedy; it never
 * holds a body or a secret. Recognise it with `isBusError`, which also works across two copies of the package.
 */
export class BusError extends Error {
  readonly code: BusErrorCode;
  /** Where in the input, as `orders[0].quantity`; `undefined` where it is not about input. */
  readonly path: string | undefined;
  readonly retryable: boolean;

  constructor(options: BusErrorOptions) {
    const { remedy, retryable } = errorTable[options.code];
    super(`${options.message} ${options.remedy ?? remedy} [${options.code}]`, { cause: options.cause });
    this.name = 'BusError';
    this.code = options.code;
    this.path = options.path;
    this.retryable = retryable;
    Object.defineProperty(this, marker, { value: true });
  }
}

export interface BusErrorOptions {
  readonly code: BusErrorCode;
  /** A sentence: what failed, on which address. */
  readonly message: string;
  readonly path?: string;
  /** In place of the table's. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

export function isBusError(value: unknown): value is BusError {
  return typeof value === 'object' && value !== null && marker in value;
}
