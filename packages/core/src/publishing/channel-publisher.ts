import type {
  ChannelAddress,
  Clock,
  Random,
  SendOutcome,
  TransportDriver,
  TransportMessage,
  TransportSender,
} from '../driver/index.ts';
import { backoffDelay } from '../handling/retry-policy.ts';
import type { Backoff } from '../handling/retry-policy.ts';
import { errorTable } from '../errors/error-table.ts';
import { createPublishQueue } from './publish-queue.ts';
import type { PublishEntry, PublishResult } from './publish-entry.ts';

export interface ChannelPublisherOptions {
  readonly address: ChannelAddress;
  readonly transport: TransportDriver;
  readonly clock: Clock;
  readonly random: Random;
  readonly backoff: Backoff;
  /** How long a message is tried after its first failure. */
  readonly retryMsMax: number;
}

/**
 * Sends the messages of one channel: coalesces what is published in one turn into the driver's batches, adds no delay when idle,
 * retries what is certain or unknown with the same ids, and keeps the order of every key through all of it.
 */
export interface ChannelPublisher {
  readonly unconfirmed: number;
  readonly publish: (message: TransportMessage, settle: (result: PublishResult) => void) => void;
  /** Ends retries: what fails from now on is reported as it stands. */
  readonly giveUpRetries: () => void;
  readonly close: () => Promise<void>;
}

export function createChannelPublisher(options: ChannelPublisherOptions): ChannelPublisher {
  const { transport, clock } = options;
  const { send } = transport.capabilities;
  const isOneOfAKey = send.afterFailure === 'independent';
  const queue = createPublishQueue({
    batchMax: send.batchMax,
    batchBytesMax: send.batchBytesMax,
    locksKeys: isOneOfAKey || send.batchesInFlightMax > 1,
    isOneOfAKey,
  });
  let sender: Promise<TransportSender> | undefined;
  let batchesInFlight = 0;
  let unconfirmed = 0;
  let isScheduled = false;
  let isPatient = true;

  const flush = (): void => {
    isScheduled = false;
    while (batchesInFlight < send.batchesInFlightMax) {
      const batch = queue.take();
      if (batch === undefined) return;
      batchesInFlight += 1;
      void sendOne(batch);
    }
  };

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(flush);
  };

  const sendOne = async (batch: readonly PublishEntry[]): Promise<void> => {
    const outcomes = await attempt(batch);
    const failed = settleBatch(batch, outcomes);
    queue.release(batch, failed);
    // A batch that failed as a whole keeps its slot while it waits: the broker is down, and the others would fail as well.
    const keepsSlot = failed.length === batch.length;
    if (!keepsSlot) batchesInFlight -= 1;
    if (failed.length > 0) {
      schedule();
      await clock.sleep(backoffDelay(options.backoff, failed[0]?.tries ?? 1, options.random));
      queue.retry(failed);
    }
    if (keepsSlot) batchesInFlight -= 1;
    schedule();
  };

  const attempt = async (batch: readonly PublishEntry[]): Promise<readonly SendOutcome[]> => {
    try {
      sender ??= transport.openSender(options.address);
      return await (await sender).sendBatch(batch.map(({ message }) => message));
    } catch (error) {
      sender = undefined;
      return batch.map(() => ({ status: 'rejected', error }));
    }
  };

  /** Settles what has ended and answers with what must be sent again. A key stops at its first message that is not confirmed. */
  const settleBatch = (batch: readonly PublishEntry[], outcomes: readonly SendOutcome[]): readonly PublishEntry[] => {
    let again: PublishEntry[] | undefined;
    for (let index = 0; index < batch.length; index += 1) {
      const entry = batch[index] as PublishEntry;
      const outcome = outcomes[index] ?? unanswered;
      if (outcome.status === 'confirmed') {
        finish(entry, outcome);
      } else if (isRetried(entry, outcome)) {
        again ??= [];
        again.push(entry);
      } else {
        finish(entry, entry.mayHaveArrived ? { status: 'unknown', error: outcome.error } : outcome);
      }
    }
    return again ?? [];
  };

  const isRetried = (entry: PublishEntry, outcome: Exclude<SendOutcome, { status: 'confirmed' }>): boolean => {
    const now = clock.monotonic();
    entry.tries += 1;
    if (entry.tries === 1) entry.deadlineMs = now + options.retryMsMax;
    if (outcome.status === 'unknown') entry.mayHaveArrived = true;
    else if (!errorTable[transport.codeOf(outcome.error)].retryable) return false;
    return isPatient && now < entry.deadlineMs;
  };

  const finish = (entry: PublishEntry, result: PublishResult): void => {
    unconfirmed -= 1;
    entry.settle(result);
  };

  return {
    get unconfirmed() {
      return unconfirmed;
    },
    publish: (message, settle) => {
      unconfirmed += 1;
      queue.push({ message, settle, deadlineMs: 0, tries: 0, mayHaveArrived: false });
      schedule();
    },
    giveUpRetries: () => {
      isPatient = false;
    },
    close: async () => {
      const open = await sender?.catch(() => undefined);
      await open?.close();
    },
  };
}

const unanswered: SendOutcome = { status: 'unknown', error: new Error('The driver gave no outcome for this message.') };
