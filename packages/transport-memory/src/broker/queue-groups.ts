import type { ChannelAddress } from '@waybill/core/driver';
import { MemoryBrokerError } from '../memory-error-codes.ts';
import type { QueueSemantics } from '../profiles/queue-semantics.ts';
import type { BrokerClock } from '../time/broker-clock.ts';
import type { Chance } from './chance.ts';
import { deadLetterGroup } from './dead-letter-address.ts';
import { MessageQueue } from './message-queue.ts';

export interface QueueGroupsOptions {
  readonly address: ChannelAddress;
  readonly semantics: QueueSemantics;
  readonly clock: BrokerClock;
  readonly chance: Chance;
}

/** The groups of a channel and their queues. */
export interface QueueGroups {
  /** Every queue that a message of the channel goes to. */
  readonly queues: readonly MessageQueue[];
  readonly subscribe: (group: string, leaseMs: number) => void;
  readonly queueOf: (group: string) => MessageQueue;
}

interface Subscribed {
  readonly queue: MessageQueue;
  readonly leaseMs: number;
}

export function createQueueGroups({ address, semantics, clock, chance }: QueueGroupsOptions): QueueGroups {
  const isTopic = address.kind === 'event' && semantics.groupsMax > 1;
  const groupsMax = isTopic ? semantics.groupsMax : 1;
  const groups = new Map<string, Subscribed>();
  const deadLetterQueues = new Map<string, MessageQueue>();
  const deadLetterSemantics = { ...semantics, attemptsMax: Infinity };

  const createDeadLetters = (): MessageQueue | undefined =>
    semantics.afterAttempts === 'dead-letter'
      ? new MessageQueue({ semantics: deadLetterSemantics, clock, chance, deadLetters: undefined })
      : undefined;
  const createQueue = (deadLetters: MessageQueue | undefined): MessageQueue =>
    new MessageQueue({ semantics, clock, chance, deadLetters });

  // The queue of a command is there before its consumer is; a topic keeps nothing for those who come late.
  const single = isTopic ? undefined : { deadLetters: createDeadLetters() };
  const singleQueue = single === undefined ? undefined : createQueue(single.deadLetters);
  let queues: readonly MessageQueue[] = singleQueue === undefined ? [] : [singleQueue];

  const add = (group: string, leaseMs: number): void => {
    if (groups.size >= groupsMax) throw tooManyGroups(address, group, groupsMax);
    const deadLetters = single === undefined ? createDeadLetters() : single.deadLetters;
    const queue = singleQueue ?? createQueue(deadLetters);
    groups.set(group, { queue, leaseMs });
    if (deadLetters !== undefined) deadLetterQueues.set(deadLetterGroup(group), deadLetters);
    queues = [...groups.values()].map((subscribed) => subscribed.queue);
  };

  return {
    get queues() {
      return queues;
    },
    subscribe: (group, leaseMs) => {
      const subscribed = groups.get(group);
      if (subscribed === undefined) add(group, leaseMs);
      else if (subscribed.leaseMs !== leaseMs) throw otherLease(address, group, subscribed.leaseMs);
    },
    queueOf: (group) => {
      const queue = groups.get(group)?.queue ?? deadLetterQueues.get(group);
      if (queue !== undefined) return queue;
      throw new MemoryBrokerError(
        'no-such-subscription',
        `${address.channel} has no group ${group}; create it with ensureTopology.`,
      );
    },
  };
}

function tooManyGroups({ kind, channel }: ChannelAddress, group: string, groupsMax: number): MemoryBrokerError {
  const message = `${channel} cannot have the group ${group}: `;
  return kind === 'command'
    ? new MemoryBrokerError('second-group', `${message}a command has one consumer.`)
    : new MemoryBrokerError('too-many-groups', `${message}${groupsMax} at most.`);
}

function otherLease({ channel }: ChannelAddress, group: string, leaseMs: number): MemoryBrokerError {
  return new MemoryBrokerError(
    'other-lease',
    `${channel} has the group ${group} with a lease of ${leaseMs} ms already.`,
  );
}
