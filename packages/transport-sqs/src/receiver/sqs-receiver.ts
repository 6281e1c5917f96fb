import type { Message } from '@aws-sdk/client-sqs';
import { createDoorbell, createPendingFailure } from '@waybill/core/driver';
import type { Delivery, NewId, ReceiverOptions, TransportReceiver } from '@waybill/core/driver';
import { readMessage } from '../message/read-message.ts';
import { failedOutcome } from '../sender/failed-outcome.ts';
import { SqsTransportError } from '../sqs-error.ts';
import type { SqsClock } from '../time/system-clock.ts';
import { HeldMessage } from './held-message.ts';
import { HeldMessages } from './held-messages.ts';
import { createPoller, requestMessagesMax } from './poller.ts';
import type { QueueCalls } from './queue-calls.ts';
import { createSettler } from './settle-messages.ts';

/** The contract's longest wait of one receive. */
const waitMsMax = 20_000;
/** Core asks again at once unless it has no room. */
const restMs = 200;

export interface SqsReceiverOptions {
  /** The name of the queue, for whoever asks what is held of it. */
  readonly queue: string;
  readonly calls: QueueCalls;
  readonly clock: SqsClock;
  readonly newId: NewId;
  readonly isFifo: boolean;
  readonly pollersMax: number;
  readonly longPollSeconds: number;
  readonly receiver: ReceiverOptions;
}

/** What a receiver knows of the age of its queue, in epoch milliseconds. */
export interface QueueSight {
  readonly queue: string;
  /** When the oldest message that it holds was accepted by SQS. */
  readonly oldestHeldAtMs: number | undefined;
  /** Everything that still waits was accepted after about this: the last one received came in then, or a poll found nothing then. */
  readonly clearedAtMs: number | undefined;
}

export interface SqsReceiver extends TransportReceiver {
  readonly sight: () => QueueSight;
}

/**
 * Long polls while core asks, and hands out in the order of the answers. What comes in while nobody asks waits for half a lease and goes
 * back then. No call is made before the first receive.
 */
export function createSqsReceiver(options: SqsReceiverOptions): SqsReceiver {
  const { clock, calls, isFifo, receiver } = options;
  const leaseSeconds = Math.ceil(receiver.leaseMs / 1000);
  const doorbell = createDoorbell(clock);
  /** Told by the next receive, so that somebody hears of it. */
  const failure = createPendingFailure();
  let clearedAtMs: number | undefined;
  let closed: Promise<void> | undefined;

  const held = new HeldMessages({
    clock,
    bufferMsMax: receiver.leaseMs / 2,
    onLost: (messages) => {
      receiver.onLost(messages);
      doorbell.ring();
    },
    onUnwanted: (messages) => void settler.giveBack(messages, 0),
  });
  const settler = createSettler({ clock, calls, held });

  const poller = createPoller<Message>({
    ...options,
    waitMs: options.longPollSeconds * 1000,
    repeatsLost: isFifo,
    lostMsMax: receiver.leaseMs,
    mayHaveHandedOut: (error) => failedOutcome(error).status === 'unknown',
    receive: (request, signal) => calls.receive({ ...request, leaseSeconds }, signal),
    pulseMs: Math.min(500, receiver.leaseMs / 8),
    onMessages: (messages, sinceMs) => {
      const arrivals = messages.map((message) => arrivalOf(message, sinceMs, leaseSeconds));
      clearedAtMs = Math.max(clearedAtMs ?? 0, newestOf(arrivals) ?? clock.now());
      held.add(arrivals);
      doorbell.ring();
    },
    onFailure: (error) => {
      failure.note(error);
      doorbell.ring();
    },
  });

  const receiveBatch = async (limit: number, signal: AbortSignal): Promise<readonly Delivery[]> => {
    const untilMs = clock.monotonic() + waitMsMax;
    for (;;) {
      if (signal.aborted) return [];
      if (closed !== undefined) throw new SqsTransportError('closed', 'The receiver is closed.');
      const taken = held.take(limit);
      if (taken.length > 0) return taken.map((message) => message.handOut());
      failure.raise();
      const leftMs = untilMs - clock.monotonic();
      if (leftMs <= 0) return [];
      poller.want(roomFor(limit, receiver.unsettledMax - held.size));
      await doorbell.wait(leftMs, signal);
    }
  };

  const close = async (): Promise<void> => {
    doorbell.ring();
    // First the polls, or they would get what is given back.
    await poller.stop();
    await settler.giveBack(held.clear(), 0);
  };

  return {
    receiveBatch: async (limit, signal) => {
      try {
        return await receiveBatch(limit, signal);
      } finally {
        poller.rest(signal.aborted ? 0 : restMs);
      }
    },
    // Whoever waits for room may have it then.
    settleBatch: (settlements) => settler.settle(settlements).finally(doorbell.ring),
    extendBatch: settler.extend,
    close: () => (closed ??= close()),
    sight: () => ({ queue: options.queue, oldestHeldAtMs: held.oldestEnqueuedAtMs, clearedAtMs }),
  };
}

/** What is being settled takes room too: a network that goes away leaves no more in doubt than core may hold. */
function roomFor(limit: number, freeMax: number): number {
  const free = Math.min(limit, freeMax);
  return free >= Math.min(limit, requestMessagesMax) / 2 ? free : 0;
}

/** Of nothing there is none. */
function newestOf(arrivals: readonly HeldMessage[]): number | undefined {
  return arrivals.length === 0 ? undefined : Math.max(...arrivals.map(({ read }) => read.enqueuedAtMs ?? 0));
}

function arrivalOf(message: Message, sinceMs: number, leaseSeconds: number): HeldMessage {
  return new HeldMessage({
    handle: message.ReceiptHandle ?? '',
    groupId: message.Attributes?.MessageGroupId,
    read: readMessage(message),
    receivedAtMs: sinceMs,
    leaseUntilMs: sinceMs + leaseSeconds * 1000,
  });
}
