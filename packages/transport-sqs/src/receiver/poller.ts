import type { NewId, Timer } from '@waybill/core/driver';
import type { SqsClock } from '../time/system-clock.ts';
import { createLostRequests } from './lost-requests.ts';
import { createPulse } from './pulse.ts';

/** One request for messages. */
export interface PollRequest {
  readonly count: number;
  /** FIFO only: SQS answers a second request with the same one as it did the first. */
  readonly attemptId: string;
}

export interface PollerOptions<Message> {
  readonly clock: SqsClock;
  readonly newId: NewId;
  readonly pollersMax: number;
  /** How long a poll waits for a message at most. */
  readonly waitMs: number;
  /** Asks again with the same id after a lost answer: on FIFO its messages would else hold up their groups for a lease. */
  readonly repeatsLost: boolean;
  /** For how long, after the first loss: then others may have its messages, and the same request may be refused for ever. */
  readonly lostMsMax: number;
  /** False for an answer of SQS and for a request that never left: neither has handed out anything. */
  readonly mayHaveHandedOut: (error: unknown) => boolean;
  readonly receive: (request: PollRequest, signal: AbortSignal) => Promise<readonly Message[]>;
  /** How exactly it is known when an answer arrived, about twice as much in milliseconds. */
  readonly pulseMs: number;
  /** Also after `stop`, for what was under way. `sinceMs`: SQS handed them out after it (monotonic). */
  readonly onMessages: (messages: readonly Message[], sinceMs: number) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Long polls of one queue, as few as the load needs. */
export interface Poller {
  /** Has polls under way for so many messages: one while the queue is idle, more while they come back full. */
  readonly want: (count: number) => void;
  /** Nobody asks any more: ends what waits in vain, `afterMs` from now. */
  readonly rest: (afterMs: number) => void;
  /** The same for ever; resolves when nothing is under way. */
  readonly stop: () => Promise<void>;
}

/** Of one request. */
export const requestMessagesMax = 10;
/**
 * A poll that has no answer by now found nothing: to cut it off loses no messages that are on their way. What would end in so short a time by
 * itself is left to.
 */
const answerMsMax = 1000;

interface Poll {
  readonly request: PollRequest;
  readonly startedAtMs: number;
  /** Where the answer to an earlier try was lost. */
  readonly lostAtMs: number | undefined;
  readonly cancelling: AbortController;
  timer: Timer | undefined;
}

export function createPoller<Message>(options: PollerOptions<Message>): Poller {
  const { clock, newId, pollersMax, waitMs, receive, onMessages, onFailure } = options;
  const pulse = createPulse(clock, options.pulseMs);
  /** Those that count: whoever hears of an answer, or asks after one was cut off, must not find it here any more. */
  const polls = new Set<Poll>();
  const underWay = new Set<Promise<void>>();
  const lost = createLostRequests(clock, options.lostMsMax);
  let level = 1;
  let isStopped = false;

  const forget = (poll: Poll): void => {
    poll.timer?.cancel();
    polls.delete(poll);
    if (polls.size === 0) pulse.stop();
  };

  const cutOff = (poll: Poll): void => {
    forget(poll);
    poll.cancelling.abort();
  };

  const run = async (poll: Poll): Promise<void> => {
    const { request, startedAtMs, lostAtMs = Infinity, cancelling } = poll;
    try {
      const messages = await receive(request, cancelling.signal);
      const sinceMs = Math.max(startedAtMs, pulse.readUntilMs());
      forget(poll);
      level = nextLevel(level, messages.length / request.count, pollersMax);
      onMessages(messages, sinceMs);
    } catch (error) {
      forget(poll);
      level = 1;
      if (options.repeatsLost && options.mayHaveHandedOut(error)) {
        lost.add({ request, lostAtMs: Math.min(lostAtMs, clock.monotonic()) });
      }
      if (!cancelling.signal.aborted) onFailure(error);
    }
  };

  const start = (request: PollRequest, lostAtMs?: number): void => {
    pulse.start();
    const startedAtMs = clock.monotonic();
    const poll: Poll = { request, startedAtMs, lostAtMs, cancelling: new AbortController(), timer: undefined };
    polls.add(poll);
    const done = run(poll).finally(() => underWay.delete(done));
    underWay.add(done);
  };

  const rest = (afterMs: number): void => {
    for (const poll of polls) {
      const ageMs = clock.monotonic() - poll.startedAtMs;
      const delayMs = Math.max(0, answerMsMax - ageMs, afterMs);
      const isAboutToEnd = ageMs + delayMs + answerMsMax >= waitMs;
      if (!isAboutToEnd) poll.timer ??= clock.after(delayMs, () => cutOff(poll));
    }
  };

  return {
    want: (count) => {
      if (isStopped) return;
      keepAll(polls);
      let missing = count;
      for (const { request } of polls) missing -= request.count;
      for (; missing > 0 && polls.size < level; missing -= requestMessagesMax) {
        const again = lost.next();
        start(again?.request ?? { count: Math.min(missing, requestMessagesMax), attemptId: newId() }, again?.lostAtMs);
      }
    },
    rest,
    stop: async () => {
      isStopped = true;
      keepAll(polls);
      rest(0);
      await Promise.all(underWay);
    },
  };
}

/** Whoever asks again needs what is under way. */
function keepAll(polls: ReadonlySet<Poll>): void {
  for (const poll of polls) {
    poll.timer?.cancel();
    poll.timer = undefined;
  }
}

/** Twice as many after a full answer, one more after half of one, one less after anything, and one alone after nothing. */
function nextLevel(level: number, fill: number, levelMax: number): number {
  if (fill === 0) return 1;
  if (fill >= 1) return Math.min(levelMax, level * 2);
  return fill >= 0.5 ? Math.min(levelMax, level + 1) : Math.max(1, level - 1);
}
