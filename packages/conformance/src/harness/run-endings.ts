import type { Clock } from '@waybill/core/driver';

/**
 * Runs what a case has deferred, the last one first. A driver under test may fail to close: the cases that look at closing see that, the
 * others must not fall over it, nor wait for it for ever.
 */
export async function runEndings(endings: readonly (() => Promise<unknown>)[], clock: Clock): Promise<void> {
  for (const ending of endings.toReversed()) {
    await Promise.race([ending().catch(() => undefined), clock.sleep(endingMsMax)]);
  }
}

const endingMsMax = 3000;
