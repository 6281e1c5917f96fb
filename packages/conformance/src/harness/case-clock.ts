import type { Clock, Timer } from '@waybill/core/driver';

export interface CaseClock {
  readonly clock: Clock;
  /** Nothing that still waits runs any more. */
  readonly end: () => void;
}

/** The time of one case. What a killed consumer or a case that hangs has left waiting would otherwise keep this process alive. */
export function caseClock(clock: Clock): CaseClock {
  const open = new Set<Timer>();

  const after: Clock['after'] = (delayMs, task) => {
    const timer = clock.after(delayMs, () => {
      open.delete(timer);
      task();
    });
    open.add(timer);
    const cancel = (): void => {
      open.delete(timer);
      timer.cancel();
    };
    return { cancel };
  };

  const sleep: Clock['sleep'] = (delayMs, signal) =>
    new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = after(delayMs, wake);
      signal?.addEventListener('abort', wake);
      if (signal?.aborted === true) wake();
    });

  return {
    clock: { ...clock, after, sleep },
    end: () => {
      for (const timer of open) timer.cancel();
      open.clear();
    },
  };
}
