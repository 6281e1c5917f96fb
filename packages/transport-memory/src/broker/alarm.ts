import type { Timer } from '@waybill/core/driver';
import type { BrokerClock } from '../time/broker-clock.ts';

/**
 * One timer for many deadlines: armed for the earliest that it was told of, and left alone when that one goes away, since
 * a needless ring costs less than a timer per message.
 */
export interface Alarm {
  readonly arm: (atMs: number, nowMs: number) => void;
  /** True when something may be due: nothing is before the moment it is armed for. */
  readonly isDue: (nowMs: number) => boolean;
  readonly disarm: () => void;
}

export function createAlarm(clock: BrokerClock, ring: () => void): Alarm {
  let timer: Timer | undefined;
  let armedForMs = Infinity;
  const disarm = (): void => {
    timer?.cancel();
    timer = undefined;
    armedForMs = Infinity;
  };
  const onTimer = (): void => {
    disarm();
    ring();
  };
  return {
    arm: (atMs, nowMs) => {
      if (atMs >= armedForMs) return;
      timer?.cancel();
      armedForMs = atMs;
      timer = clock.after(Math.max(0, atMs - nowMs), onTimer);
    },
    isDue: (nowMs) => nowMs >= armedForMs,
    disarm,
  };
}
