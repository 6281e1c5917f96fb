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
  const counts = new Map<string, number>();

  return {
    note: (id) => {
      if (id === '') return;
      const count = counts.get(id) ?? 0;
      // Set anew, so that the first in the map is the one that was lost longest ago.
      counts.delete(id);
      counts.set(id, count + 1);
      const [oldest] = counts.keys();
      if (counts.size > idsMax && oldest !== undefined) counts.delete(oldest);
    },
    // Nearly always there are none, and a look-up costs every message the hash of its id.
    of: (id) => (counts.size === 0 ? 0 : (counts.get(id) ?? 0)),
    forget: (id) => {
      if (counts.size > 0) counts.delete(id);
    },
  };
}
