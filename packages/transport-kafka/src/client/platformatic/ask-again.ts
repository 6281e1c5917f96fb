import { pause } from '@waybill/core/driver';
import { errorName } from './error-name.ts';
import type { PlatformaticSettings } from './platformatic-settings.ts';

/** What a broker answers while a leader or a coordinator is being chosen, or is not where it was. */
const passing: ReadonlySet<string> = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'NOT_CONTROLLER',
  'OFFSET_NOT_AVAILABLE',
  'UNSTABLE_OFFSET_COMMIT',
]);

const pauseMs = 100;

/** Asks again while a broker says that it will know in a moment, as a fresh cluster does, until `requestTimeoutMs` is over. */
export async function askAgain<Answer>(
  { clock, requestTimeoutMs }: PlatformaticSettings,
  ask: () => Promise<Answer>,
  alsoPassing?: string,
): Promise<Answer> {
  const untilMs = clock.monotonic() + requestTimeoutMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const name = errorName(error) ?? '';
      const isPassing = passing.has(name) || name === alsoPassing;
      if (!isPassing || clock.monotonic() + pauseMs > untilMs) throw error;
    }
    await pause(clock, pauseMs);
  }
}
