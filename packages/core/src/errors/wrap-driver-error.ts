import { BusError, isBusError } from './bus-error.ts';
import type { BusErrorCode } from './error-code.ts';
import { errorTable } from './error-table.ts';
import { redactCredentials } from './redact-credentials.ts';
import { textOfError } from './text-of-error.ts';

/** Whose error it is, and what was being done to which address. */
export interface DriverErrorContext {
  /** Of the driver that threw. */
  readonly codeOf: (error: unknown) => BusErrorCode;
  /** The beginning of a sentence, such as `Creating the topology on rabbit failed`. */
  readonly action: string;
}

/** Turns a driver's raw error into ours, once: the driver's own code, the raw error as cause, no credentials in the message. */
export function wrapDriverError(error: unknown, context: DriverErrorContext): BusError {
  if (isBusError(error)) return error;
  const text = redactCredentials(textOfError(error)).replace(/\.?$/, '.');
  return new BusError({ code: codeOf(error, context), message: `${context.action}: ${text}`, cause: error });
}

/** The driver's answer; its rejection is wrapped. */
export async function wrapRejection<Result>(answer: Promise<Result>, context: DriverErrorContext): Promise<Result> {
  try {
    return await answer;
  } catch (error) {
    throw wrapDriverError(error, context);
  }
}

/** A classifier that throws, or answers outside the table, must not hide the error that it was asked about. */
function codeOf(error: unknown, context: DriverErrorContext): BusErrorCode {
  try {
    const code = context.codeOf(error);
    return Object.hasOwn(errorTable, code) ? code : 'unknown';
  } catch {
    return 'unknown';
  }
}
