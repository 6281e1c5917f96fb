import type { Clock } from '@waybill/core/driver';

export interface SettleOptions {
  readonly clock: Clock;
  readonly isIdle: () => Promise<boolean>;
  readonly timeoutMs: number;
}

/** Between two looks; the second of two idle looks this far apart counts, because work moves from one place to the next. */
const lookMs = 500;

/** Waits until nothing moves any more. Answers `undefined`, or why it gave up. */
export async function settle({ clock, isIdle, timeoutMs }: SettleOptions): Promise<string | undefined> {
  const untilMs = clock.monotonic() + timeoutMs;
  let idleLooks = 0;
  while (idleLooks < 2) {
    if (clock.monotonic() >= untilMs)
      return `work was still under way ${timeoutMs / 1000} s after the last buyer had gone`;
    await clock.sleep(lookMs);
    idleLooks = (await isIdle()) ? idleLooks + 1 : 0;
  }
  return undefined;
}
