import { RecentMap } from '../collections/recent-map.ts';
import type { HeldDelivery } from './held-delivery.ts';

/** Where messages stood that were given back between two tries, by their ids. */
export interface InterruptedTries {
  /** A message without an id is not told from another one, and begins anew. */
  readonly note: (held: HeldDelivery) => void;
  /** Has a delivery go on where an earlier one of its message was interrupted. */
  readonly resume: (held: HeldDelivery) => void;
  readonly forget: (id: string) => void;
}

/** Those that go on to another process are never heard of again. */
const idsMax = 10_000;

/**
 * A message that is given back and comes again has not been given new tries: without this one whose backoff never fits into the time of its
 * receiver would come for ever.
 */
export function createInterruptedTries(): InterruptedTries {
  const standings = new RecentMap<string, Pick<HeldDelivery, 'triesBefore' | 'failedAtMs' | 'failingSinceMs'>>(idsMax);
  return {
    note: ({ delivery, triesBefore, attempts, failedAtMs, failingSinceMs }) => {
      const { id } = delivery.message;
      const tries = triesBefore + attempts;
      if (id !== '' && tries > 0) standings.set(id, { triesBefore: tries, failedAtMs, failingSinceMs });
    },
    resume: (held) => {
      const standing = standings.get(held.delivery.message.id);
      if (standing !== undefined) Object.assign(held, standing);
    },
    forget: (id) => standings.delete(id),
  };
}
