import { SqsTransportError } from '../sqs-error.ts';

/** When what happens in an invocation, in milliseconds from now. */
export interface InvocationTime {
  /** Until then records are started and tried again. */
  readonly startMs: number;
  /** Handlers that still run then are aborted. */
  readonly abortMs: number;
  /** The function answers, whatever still runs. */
  readonly answerMs: number;
}

export interface RemainingTime {
  /** When the invocation began: nearly the time-out of the function. */
  readonly atBeginMs: number;
  /** After a cold start much of it may be gone. */
  readonly nowMs: number;
}

const reserveShare = 0.2;
const reserveMsMax = 10_000;

/**
 * Divides the end of an invocation: in the first half of the reserve handlers end what they have begun, in the second those that were
 * aborted clean up, and a tenth is left for the answer.
 * @param reserveMs default: a fifth of the time-out, at most ten seconds
 * @throws SqsTransportError `illegal-options` where nothing could ever start
 */
export function planInvocation({ atBeginMs, nowMs }: RemainingTime, reserveMs?: number): InvocationTime {
  const reserve = reserveMs ?? Math.min(atBeginMs * reserveShare, reserveMsMax);
  if (reserve < atBeginMs) {
    return { startMs: nowMs - reserve, abortMs: nowMs - reserve / 2, answerMs: nowMs - reserve / 10 };
  }
  const problem = `reserveMs is ${reserve}, and the function has ${Math.round(atBeginMs)} ms`;
  throw new SqsTransportError('illegal-options', `${problem}: nothing could start. Lower it, or raise the time-out.`);
}
