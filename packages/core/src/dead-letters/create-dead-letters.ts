import type { BusServices } from '../bus/bus-services.ts';
import type { Claim, DeadLetterPage, DeadLetterRecord } from '../driver/index.ts';
import { readSequence } from '../envelope/read-envelope.ts';
import { BusError } from '../errors/bus-error.ts';
import type { DeadLetterFilter, DeadLetters, ReplayOptions } from './dead-letters.ts';
import { replayLetters } from './replay-letters.ts';

export interface DeadLettersOptions {
  readonly services: BusServices;
  /** Handles one letter again, attempts from 1. @throws `not-subscribed`, or what the handler threw */
  readonly replayOne: (letter: DeadLetterRecord, options: Required<ReplayOptions>) => Promise<boolean>;
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
    replay: async (filter, { overGap = false } = {}) => {
      const { letters } = await page(filter);
      requireReplayable(letters);
      return replayLetters(letters, { replayOne: (letter) => replayOne(letter, { overGap }), page });
    },
    purge: async (filter, reason) => {
      if (reason.trim() === '') {
        throw new BusError({ code: 'invalid-options', message: 'A purge needs a reason.', path: 'reason' });
      }
      const { letters } = await page(filter);
      const ids = letters.map(({ id }) => id);
      await runTransaction(async (transaction) => {
        const passed = letters.flatMap(passNumber);
        if (passed.length > 0) await transaction.claim(passed);
        await transaction.changeDeadLetters(ids.map((id) => ({ change: 'remove', id })));
      });
      log.info({ ids, reason }, 'dead letters purged');
      return { purged: ids.length };
    },
  };
}

/** A number that is given up must not hold back the higher ones of its key: the cursor passes it. */
function passNumber(letter: DeadLetterRecord): readonly Claim[] {
  const { subscription: scope, channel, key } = letter;
  const sequence = readSequence(letter);
  if (key === undefined || sequence === undefined) return [];
  const { epoch, number } = sequence;
  return [{ kind: 'sequence', scope, channel, key, epoch, sequence: number, firstSequence: number, overGap: true }];
}
