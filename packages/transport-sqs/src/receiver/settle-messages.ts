import type { LeaseOutcome, Receipt, SettleOutcome, Settlement } from '@waybill/core/driver';
import { errorCodeOf } from '../error-code-of.ts';
import { entryError } from '../sender/failed-outcome.ts';
import { requestEntriesMax } from '../sender/send-target.ts';
import type { EntryAnswer } from '../sender/send-target.ts';
import type { SqsClock } from '../time/system-clock.ts';
import { createGather } from './gather.ts';
import { heldBy } from './held-message.ts';
import type { HeldMessage } from './held-message.ts';
import type { HeldMessages } from './held-messages.ts';
import type { QueueCalls, VisibilityChange } from './queue-calls.ts';

export interface SettlerOptions {
  readonly clock: SqsClock;
  readonly calls: Pick<QueueCalls, 'remove' | 'changeVisibility'>;
  readonly held: HeldMessages;
}

export interface Settler {
  readonly settle: (settlements: readonly Settlement[]) => Promise<readonly SettleOutcome[]>;
  /** Rejects when SQS refused some of them for now; those that are lost it names all the same. */
  readonly extend: (receipts: readonly Receipt[], leaseMs: number) => Promise<readonly LeaseOutcome[]>;
  /** Makes messages visible again, whoever holds them; never rejects. */
  readonly giveBack: (messages: readonly HeldMessage[], delayMs: number) => Promise<void>;
}

/** How long a deletion waits for others to share its call. */
const gatherMs = 5;
/** Calls that delete at once. */
const deletesMax = 16;

/** Deletes and changes visibility in batches of ten. What SQS says of a handle decides: an expired one is lost. */
export function createSettler({ clock, calls, held }: SettlerOptions): Settler {
  const remove = createGather<HeldMessage, EntryAnswer>({
    clock,
    batchMax: requestEntriesMax,
    callsMax: deletesMax,
    waitMs: gatherMs,
    expected: () => held.handedOut,
    send: (messages) => calls.remove(messages.map(({ handle }) => handle)),
  });

  const changeVisibility = async (changes: readonly VisibilityChange[]): Promise<readonly EntryAnswer[]> => {
    const answers = chunksOf(changes).map((chunk) => calls.changeVisibility(chunk));
    return (await Promise.all(answers)).flat();
  };

  const giveBack = async (messages: readonly HeldMessage[], delayMs: number): Promise<void> => {
    await changeVisibility(messages.map(({ handle }) => ({ handle, seconds: secondsOf(delayMs) }))).catch(() => []);
  };

  const accept = async (message: HeldMessage): Promise<EntryAnswer> => (await remove([message]))[0];

  const release = async (message: HeldMessage, delayMs: number): Promise<EntryAnswer> => {
    const followers = held.takeFollowers(message.groupId);
    const seconds = secondsOf(delayMs);
    const all = [message, ...followers].map(({ handle }) => ({ handle, seconds }));
    return (await changeVisibility(all))[0];
  };

  const settleOne = async (settlement: Settlement): Promise<SettleOutcome> => {
    const message = heldBy(settlement.receipt);
    if (message === undefined || message.isSettling || !held.has(message)) return { status: 'lost' };
    message.isSettling = true;
    try {
      const failure = await (settlement.action === 'accept' ? accept(message) : release(message, settlement.delayMs));
      if (failure === undefined) held.remove(message);
      return failure === undefined ? { status: 'settled' } : failedSettle(message, entryError(failure));
    } catch (error) {
      return failedSettle(message, error);
    }
  };

  const failedSettle = (message: HeldMessage, error: unknown): SettleOutcome => {
    message.isSettling = false;
    if (errorCodeOf(error) !== 'lease-lost') {
      held.keep(message);
      return { status: 'failed', error };
    }
    held.remove(message);
    return { status: 'lost' };
  };

  return {
    settle: (settlements) => Promise.all(settlements.map(settleOne)),
    extend: (receipts, leaseMs) => extendAll({ clock, held, changeVisibility }, receipts, leaseMs),
    giveBack,
  };
}

interface ExtendOptions extends Pick<SettlerOptions, 'clock' | 'held'> {
  readonly changeVisibility: (changes: readonly VisibilityChange[]) => Promise<readonly EntryAnswer[]>;
}

async function extendAll(
  { clock, held, changeVisibility }: ExtendOptions,
  receipts: readonly Receipt[],
  leaseMs: number,
): Promise<readonly LeaseOutcome[]> {
  const nowMs = clock.monotonic();
  const wanted = receipts.map((receipt) => {
    const message = heldBy(receipt);
    const seconds = message?.extensionSeconds(leaseMs, nowMs) ?? 0;
    return message === undefined || seconds === 0 || !held.has(message) ? undefined : { message, seconds };
  });
  const asked = wanted.filter((each) => each !== undefined);
  const answers = await changeVisibility(asked.map(({ message: { handle }, seconds }) => ({ handle, seconds })));
  const failures: unknown[] = [];
  const outcomes = new Map<HeldMessage, LeaseOutcome>();
  for (const [place, { message, seconds }] of asked.entries()) {
    const failure = answers[place];
    const error = failure === undefined ? undefined : entryError(failure);
    if (error === undefined) held.extended(message, nowMs + seconds * 1000);
    else if (errorCodeOf(error) === 'lease-lost') held.remove(message);
    else failures.push(error);
    outcomes.set(message, error === undefined ? 'extended' : 'lost');
  }
  // The lease of these may hold for a while yet: whoever asked tries again until it has run out.
  if (failures.length > 0) throw failures[0];
  return wanted.map((each) => (each === undefined ? 'lost' : (outcomes.get(each.message) ?? 'lost')));
}

function secondsOf(delayMs: number): number {
  return Math.min(Math.ceil(delayMs / 1000), visibilitySecondsMax);
}

/** 12 hours; counted from the receive, so that a message held for long cannot have all of them. */
const visibilitySecondsMax = 43_200;

function chunksOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const chunks: (readonly Item[])[] = [];
  for (let start = 0; start < items.length; start += requestEntriesMax) {
    chunks.push(items.slice(start, start + requestEntriesMax));
  }
  return chunks;
}
