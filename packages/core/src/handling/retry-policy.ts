import type { Random } from '../driver/index.ts';
import { isBusError } from '../errors/bus-error.ts';

/** When a failed attempt is made again, and when it is given up. Retries happen in the lane of the key, so order survives them. */
export interface RetryOptions {
  /** Handler calls in all, the first included. Default 5. */
  readonly attemptsMax: number;
  /**
   * Deliveries by the broker after which a message that never ended is taken for poison: it kills its consumers. Those that this
   * process has seen lost before the handler was started do not count. Default 20.
   */
  readonly deliveriesMax: number;
  /** How long a numbered message waits for the numbers before it. Default 30 seconds. */
  readonly gapMsMax: number;
  /** Time from the first failure after which no attempt starts. Default 15 minutes. */
  readonly elapsedMsMax: number;
  readonly backoffMs: number;
  readonly backoffMsMax: number;
  /** Growth from one wait to the next. Default 2. */
  readonly backoffFactor: number;
  /** Share of each wait that chance takes away, 0 to 1. Default 0.5. */
  readonly jitter: number;
  /** What an error means: `retry` (default), `give-up` = dead letter at once, `wait` = the dependency is down: does not count as an attempt and opens the circuit. */
  readonly classify: (error: unknown) => ErrorClass;
}

export type ErrorClass = 'retry' | 'give-up' | 'wait';

export const defaultRetryOptions: RetryOptions = {
  attemptsMax: 5,
  deliveriesMax: 20,
  gapMsMax: 30_000,
  elapsedMsMax: 15 * 60_000,
  backoffMs: 200,
  backoffMsMax: 30_000,
  backoffFactor: 2,
  jitter: 0.5,
  classify: (error) => (isBusError(error) && !error.retryable ? 'give-up' : 'retry'),
};

/** A classifier that throws must not take the message with it. */
export function classifyError({ classify }: Pick<RetryOptions, 'classify'>, error: unknown): ErrorClass {
  try {
    return classify(error);
  } catch {
    return 'retry';
  }
}

export type Backoff = Pick<RetryOptions, 'backoffMs' | 'backoffMsMax' | 'backoffFactor' | 'jitter'>;

/** The wait before try `attempt + 1`, in milliseconds: exponential, capped, less a random share. */
export function backoffDelay(backoff: Backoff, attempt: number, random: Random): number {
  const full = Math.min(backoff.backoffMsMax, backoff.backoffMs * backoff.backoffFactor ** Math.min(attempt - 1, 64));
  return full * (1 - backoff.jitter * random());
}
