import type { BusServices } from '../bus/bus-services.ts';
import type { DeadLetterRecord } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import type { Attempt } from '../handling/attempt.ts';
import { originalError } from '../handling/handler-failed.ts';
import { backoffDelay, classifyError, defaultRetryOptions } from '../handling/retry-policy.ts';
import type { RetryOptions } from '../handling/retry-policy.ts';
import type { SubscriptionSpec } from '../handling/subscription-spec.ts';
import type { PublishNow } from '../publishing/publish-now.ts';
import type { DeadLettersOptions } from './create-dead-letters.ts';

export interface ReplayerOptions {
  readonly services: BusServices;
  readonly specs: () => readonly SubscriptionSpec[];
  readonly attemptFor: (spec: SubscriptionSpec) => Attempt;
  readonly publishNow: PublishNow;
  /** The outbox may go on with a key. */
  readonly onOutbox: () => void;
}

/** Where letters stand that no broker would take. */
const outbox = 'outbox';

/** Handles letters again with the handlers of this bus, or sends those of the outbox again. */
export function createReplayer(options: ReplayerOptions): Pick<DeadLettersOptions, 'replayOne' | 'requireReplayable'> {
  const specOf = (letter: DeadLetterRecord): SubscriptionSpec => {
    const spec = options.specs().find(({ name }) => name === letter.subscription);
    if (spec !== undefined) return spec;
    throw new BusError({ code: 'not-subscribed', message: `${letter.subscription} is not handled here.` });
  };
  return {
    requireReplayable: (letters) => {
      for (const letter of letters) if (letter.subscription !== outbox) specOf(letter);
    },
    replayOne: (letter, { overGap }) => {
      if (letter.subscription === outbox)
        return tryAll(options, letter, defaultRetryOptions, () => sendAgain(options, letter));
      const spec = specOf(letter);
      const attempt = options.attemptFor(spec);
      return tryAll(options, letter, spec.retry, async (number) => {
        const signals = new AbortController();
        await attempt({
          message: toMessage(letter),
          attempt: number,
          signals,
          replay: { letterId: letter.id, overGap },
        });
      });
    },
  };
}

/** As many attempts as the subscription allows, from 1, each in its own transaction. */
async function tryAll(
  { services }: ReplayerOptions,
  letter: DeadLetterRecord,
  retry: RetryOptions,
  work: (attempt: number) => Promise<void>,
): Promise<boolean> {
  for (let attempt = 1; attempt <= retry.attemptsMax; attempt += 1) {
    try {
      await work(attempt);
      return true;
    } catch (error) {
      // Another replay was faster: its effect stands, and this one has left nothing.
      if (services.store.codeOf(error) === 'not-found') return true;
      services.log.debug({ letter: letter.id, attempt }, 'replay failed');
      if (classifyError(retry, originalError(error)) === 'give-up') break;
    }
    if (attempt < retry.attemptsMax) await services.clock.sleep(backoffDelay(retry, attempt, services.random));
  }
  return !(await countReplay(services, letter.id));
}

/** False when the letter is gone: another replay succeeded meanwhile. */
async function countReplay({ runTransaction, store }: BusServices, id: string): Promise<boolean> {
  try {
    await runTransaction((transaction) => transaction.changeDeadLetters([{ change: 'count-replay', id }]));
    return true;
  } catch (error) {
    if (store.codeOf(error) === 'not-found') return false;
    throw error;
  }
}

async function sendAgain({ services, publishNow, onOutbox }: ReplayerOptions, letter: DeadLetterRecord): Promise<void> {
  await publishNow([{ ...toMessage(letter), address: { kind: letter.kind, channel: letter.channel } }]);
  await services.runTransaction((transaction) => transaction.changeDeadLetters([{ change: 'remove', id: letter.id }]));
  onOutbox();
}

function toMessage({ messageId, key, deduplicationKey, headers, body }: DeadLetterRecord) {
  return { id: messageId, key, deduplicationKey, headers, body, delayMs: 0 };
}
