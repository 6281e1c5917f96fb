import { RecentMap } from '../collections/recent-map.ts';

/** Deliveries that were lost before their handler was started, by the id of the message. */
export interface UntouchedLosses {
  /** One more; a message without an id is not told from another one and does not count. */
  readonly note: (id: string) => void;
  readonly of: (id: string) => number;
  readonly forget: (id: string) => void;
}

/** Those that go on to another process are never heard of again. */
const idsMax = 10_000;

/**
 * A broker counts every delivery, also of what only waited here when the connection was lost. Nothing is the fault of a message whose
 * handler was never started, so such losses count neither as its attempts nor as its killing of consumers.
 */
export function createUntouchedLosses(): UntouchedLosses {
  const counts = new RecentMap<string, number>(idsMax);
  const of = (id: string): number => counts.get(id) ?? 0;
  return {
    note: (id) => {
      if (id !== '') counts.set(id, of(id) + 1);
    },
    of,
    forget: (id) => counts.delete(id),
  };
}
