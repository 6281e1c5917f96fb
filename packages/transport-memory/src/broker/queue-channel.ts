import type { SendOutcome, TransportMessage } from '@waybill/core/driver';
import { MemoryBrokerError } from '../memory-error-codes.ts';
import { createCallRate } from './call-rate.ts';
import type { Channel } from './channel.ts';
import { createDeduplicationWindow } from './deduplication-window.ts';
import { createMessageCheck, messageBytes } from './message-check.ts';
import { createQueueGroups } from './queue-groups.ts';
import type { QueueGroupsOptions } from './queue-groups.ts';
import type { Arrival } from './queued-message.ts';
import { createUniformAnswer } from './uniform-answer.ts';

export type QueueChannelOptions = QueueGroupsOptions;

const noBody = new Uint8Array(0);
const confirmed: SendOutcome = { status: 'confirmed' };

/** A channel whose messages wait in queues: one for a command, one per group for an event. */
export function createQueueChannel(options: QueueChannelOptions): Channel {
  const { address, semantics, clock } = options;
  const groups = createQueueGroups(options);
  const check = createMessageCheck({ ...semantics, bytesOf: messageBytes });
  /** Messages are not changed once they are handed over, so every queue keeps the one that was sent. */
  const keep = (message: TransportMessage): TransportMessage =>
    semantics.bodies === 'delivered' ? message : { ...message, body: noBody };
  const rate = createCallRate(semantics.callsPerSecond);
  const allConfirmed = createUniformAnswer(confirmed);
  const topicDeduplication = createDeduplicationWindow({
    windowMs: semantics.topicDeduplicationMs,
    scope: address.kind === 'event' ? semantics.topicDeduplicationScope : 'none',
    by: semantics.deduplicationBy,
  });

  const publish = (message: TransportMessage, arrival: Arrival): void => {
    if (topicDeduplication?.admits(message, arrival.arrivedAtMs) === false) return;
    const { queues } = groups;
    if (queues.length === 0) return;
    const kept = keep(message);
    for (const queue of queues) queue.accept(kept, arrival);
  };

  /** The list of outcomes is only made once something is refused. */
  const publishAll = (messages: readonly TransportMessage[], arrival: Arrival): readonly SendOutcome[] => {
    let outcomes: SendOutcome[] | undefined;
    const refusedKeys = new Set<string>();
    for (const [index, message] of messages.entries()) {
      const error = check.refusalOf(message) ?? behindRefused(message, refusedKeys);
      if (error === undefined) {
        publish(message, arrival);
        continue;
      }
      if (message.key !== undefined && semantics.afterSendFailure === 'stops-key') refusedKeys.add(message.key);
      outcomes ??= messages.map(() => confirmed);
      outcomes[index] = { status: 'rejected', error };
    }
    return outcomes ?? allConfirmed(messages.length);
  };

  return {
    send: (messages) => {
      check.checkBatch(messages);
      const nowMs = clock.monotonic();
      if (!rate.admits(nowMs)) throw new MemoryBrokerError('throttled', `Too many sends to ${address.channel}.`);
      const outcomes = publishAll(messages, { enqueuedAtMs: clock.now(), arrivedAtMs: nowMs });
      for (const queue of groups.queues) queue.serve(nowMs);
      return outcomes;
    },
    subscribe: groups.subscribe,
    queueOf: groups.queueOf,
    inspect: (group) => {
      const queue = groups.queueOf(group);
      const nowMs = clock.monotonic();
      queue.catchUp(nowMs);
      return { ready: queue.ready, inFlight: queue.inFlight, oldestAgeMs: queue.oldestAgeMs(nowMs) };
    },
  };
}

function behindRefused({ key }: TransportMessage, refusedKeys: ReadonlySet<string>): MemoryBrokerError | undefined {
  if (refusedKeys.size === 0 || key === undefined || !refusedKeys.has(key)) return undefined;
  return new MemoryBrokerError('behind-refused', 'An earlier message of the same key was refused in this batch.');
}
