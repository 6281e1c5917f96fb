import { BusError, isBusError } from './bus-error.ts';
import type { BusErrorCode } from './error-code.ts';
import { redactCredentials } from './redact-credentials.ts';

/** Whose error it is, and what was being done to which address. */
export interface DriverErrorContext {
  /** Of the driver that threw. */
  readonly codeOf: (error: unknown) => BusErrorCode;
  /** The beginning of a sentence, such as `Creating the topology on rabbit failed`. */
  readonly action: string;
}

/** Turns a driver's raw error into ours, once: the driver's own code, the raw error as cause, no credentials in the message. */
export function wrapDriverError(error: unknown, { codeOf, action }: DriverErrorContext): BusError {
  if (isBusError(error)) return error;
  const text = redactCredentials(error instanceof Error ? error.message : String(error));
  return new BusError({ code: codeOf(error), message: `${action}: ${text.replace(/\.?$/, '.')}`, cause: error });
}

/** The driver's answer; its rejection is wrapped. */
export async function wrapRejection<Result>(answer: Promise<Result>, context: DriverErrorContext): Promise<Result> {
  try {
    return await answer;
  } catch (error) {
    throw wrapDriverError(error, context);
  }
}
