import type { ChannelAddress } from '@waybill/core/driver';
import type { Options } from 'amqplib';
import type { RabbitNames } from '../names.ts';
import type { RabbitSettings } from '../options.ts';

export type QueueArguments = Readonly<Record<string, string | number | boolean>>;

/**
 * A partition queue. The single active consumer keeps the order of a key across instances. The delivery limit is always explicit:
 * 4.x drops a message after 20 deliveries without one, and with any a returned message stays near the head.
 */
export function partitionQueue(settings: RabbitSettings, expired: string): Options.AssertQueue {
  const { queueType, priorityHeader } = settings;
  return queueOf({
    ...keptQueue(settings),
    'x-single-active-consumer': true,
    ...(queueType === 'classic' && priorityHeader !== undefined ? { 'x-max-priority': priorityMax } : {}),
    ...expiryInto(expired, settings),
  });
}

/** What nobody took in time, until somebody looks. */
export function expiredQueue(settings: RabbitSettings): Options.AssertQueue {
  return queueOf(keptQueue(settings));
}

/**
 * Where messages wait for one delay and go on to the channel by the routing key they came with, which is their partition. One time
 * to live for the whole queue: one of the message would only count at the head. Quorum queues hand over at least once.
 */
export function delayQueue(settings: RabbitSettings, delayMs: number, exchange: string): Options.AssertQueue {
  return queueOf({
    ...keptQueue(settings),
    'x-message-ttl': delayMs,
    'x-dead-letter-exchange': exchange,
    ...handedOverAtLeastOnce(settings),
  });
}

/**
 * An empty queue, bound to nothing, whose settings are the memory of the topology: the broker compares `x-max-length` with what it
 * knows, while it compares no argument of an exchange and no unknown argument of a queue.
 */
export function partitionsMarker({ queueType, partitions }: RabbitSettings): Options.AssertQueue {
  return queueOf({ 'x-queue-type': queueType, 'x-max-length': partitions });
}

/** The same for the one group of a command, kept as a routing key that nothing is ever routed by. */
export function groupMarker(
  { queueType }: RabbitSettings,
  { names, channel, group }: { readonly names: RabbitNames; readonly channel: ChannelAddress; readonly group: string },
): Options.AssertQueue {
  return queueOf({
    'x-queue-type': queueType,
    'x-dead-letter-exchange': names.exchangeOf(channel),
    'x-dead-letter-routing-key': group,
  });
}

const priorityMax = 9;

function expiryInto(expired: string, settings: RabbitSettings): QueueArguments {
  const { expireAfterMs } = settings;
  if (expireAfterMs === undefined) return {};
  return {
    'x-message-ttl': expireAfterMs,
    // The default exchange routes by the name of a queue.
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': expired,
    ...handedOverAtLeastOnce(settings),
  };
}

function keptQueue({ queueType, deliveryLimit }: RabbitSettings): QueueArguments {
  return { 'x-queue-type': queueType, ...(queueType === 'quorum' ? { 'x-delivery-limit': deliveryLimit } : {}) };
}

/** Without `reject-publish` the broker takes the strategy and works at most once. Classic queues have none. */
function handedOverAtLeastOnce({ queueType }: RabbitSettings): QueueArguments {
  return queueType === 'quorum' ? { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' } : {};
}

function queueOf(settings: QueueArguments): Options.AssertQueue {
  return { durable: true, arguments: settings };
}
