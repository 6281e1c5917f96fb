import type { Clock, Timer } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import type { HeldDelivery } from './held-delivery.ts';

export interface RecallOptions {
  readonly clock: Clock;
  readonly subscription: string;
  /** Not begun, or between two attempts: goes back now. */
  readonly giveBack: (held: readonly HeldDelivery[]) => void;
}

/** Gives deliveries back because their receiver cannot hold them much longer. */
export interface Recall {
  /** What runs is let end, and aborted after `graceMs`. */
  readonly call: (held: readonly HeldDelivery[], graceMs: number) => void;
  readonly stop: () => void;
}

export function createRecall({ clock, subscription, giveBack }: RecallOptions): Recall {
  const timers = new Set<Timer>();

  const cutShort = (running: readonly HeldDelivery[]): void => {
    const message = `A handler of ${subscription} did not end before its delivery had to be given back.`;
    for (const held of running) {
      if (held.settled || held.lost) continue;
      held.isCutShort = true;
      held.abort(new BusError({ code: 'handler-timeout', message }));
    }
  };

  return {
    call: (held, graceMs) => {
      for (const one of held) one.isRecalled = true;
      giveBack(held.filter(({ isRunning }) => !isRunning));
      const running = held.filter(({ isRunning }) => isRunning);
      if (running.length === 0) return;
      const timer = clock.after(graceMs, () => {
        timers.delete(timer);
        cutShort(running);
      });
      timers.add(timer);
    },
    stop: () => {
      for (const timer of timers) timer.cancel();
    },
  };
}
