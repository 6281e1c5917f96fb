import { SqsTransportError } from '../sqs-error.ts';
import type { SqsClock } from './system-clock.ts';

/**
 * Aborts a call that takes longer: the SDK has no limit for a whole call.
 * @throws SqsTransportError `request-timeout`; the request may have arrived
 */
export async function atMost<Result>(
  limitMs: number,
  clock: SqsClock,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = new AbortController();
  const timer = clock.after(limitMs, () => limit.abort());
  try {
    return await call(limit.signal);
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    const text = `AWS did not answer within ${limitMs} ms (requestTimeoutMs).`;
    throw new SqsTransportError('request-timeout', text, { cause: error });
  } finally {
    timer.cancel();
  }
}
