import type { BusServices } from '../bus/bus-services.ts';
import type { DeadLetterPage, DeadLetterRecord } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import type { DeadLetterFilter, DeadLetters } from './dead-letters.ts';
import { replayLetters } from './replay-letters.ts';
import type { ReplayOne } from './replay-letters.ts';

export interface DeadLettersOptions {
  readonly services: BusServices;
  /** Handles one letter again, attempts from 1. @throws `not-subscribed`, or what the handler threw */
  readonly replayOne: ReplayOne;
  /** Throws unless every letter can be replayed here. */
  readonly requireReplayable: (letters: readonly DeadLetterRecord[]) => void;
}

const pageDefault = 100;

export function createDeadLetters({ services, replayOne, requireReplayable }: DeadLettersOptions): DeadLetters {
  const { store, runTransaction, log } = services;

  const page = (filter: DeadLetterFilter): Promise<DeadLetterPage> =>
    store.readDeadLetters({
      subscription: filter.subscription,
      key: filter.key,
      ids: filter.ids,
      after: filter.after ?? 0,
      limit: Math.min(filter.limit ?? pageDefault, store.capabilities.deadLetters.pageMax),
    });

  return {
    list: (filter = {}) => page(filter),
    read: async (id) => {
      const { letters } = await page({ ids: [id], limit: 1 });
      const [letter] = letters;
      if (letter === undefined) {
        throw new BusError({ code: 'dead-letter-not-found', message: `No dead letter has the id ${id}.` });
      }
      return letter;
    },
    replay: async (filter) => {
      const { letters } = await page(filter);
      requireReplayable(letters);
      return replayLetters(letters, { replayOne, page });
    },
    purge: async (filter, reason) => {
      if (reason.trim() === '') {
        throw new BusError({ code: 'invalid-options', message: 'A purge needs a reason.', path: 'reason' });
      }
      const { letters } = await page(filter);
      const ids = letters.map(({ id }) => id);
      await runTransaction((transaction) => transaction.changeDeadLetters(ids.map((id) => ({ change: 'remove', id }))));
      log.info({ ids, reason }, 'dead letters purged');
      return { purged: ids.length };
    },
  };
}
