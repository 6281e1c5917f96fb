import type { BusObserver } from './bus-event.ts';
import type { Logger } from './logger.ts';

/** An observer that throws would be taken for a failure of what it observes: a handler that succeeded would run again. */
export function harmlessObserver(observe: BusObserver | undefined, log: Logger): BusObserver | undefined {
  if (observe === undefined) return undefined;
  return (event) => {
    try {
      observe(event);
    } catch {
      log.debug({ event: event.event }, 'the observer threw');
    }
  };
}
