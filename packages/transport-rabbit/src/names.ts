import type { ChannelAddress, SubscriptionAddress } from '@waybill/core/driver';
import { RabbitTransportError } from './rabbit-error.ts';

/** What the broker calls the parts of one channel. */
export interface RabbitNames {
  /** The direct exchange that messages are published to, with the partition as routing key. */
  readonly exchangeOf: (channel: ChannelAddress) => string;
  /** A partition queue: the command's own, or the subscription's. */
  readonly queueOf: (address: ChannelAddress | SubscriptionAddress, partition: number) => string;
  /** Exchange and queue, of one name, in which messages wait for `delayMs`. */
  readonly delayOf: (channel: ChannelAddress, delayMs: number) => string;
  /** Where messages of a partition queue go that nobody took in time: the command's own, or the subscription's. */
  readonly expiredOf: (address: ChannelAddress | SubscriptionAddress) => string;
  /** An empty queue whose consumers are the receivers of a subscription. */
  readonly instancesOf: (subscription: SubscriptionAddress) => string;
  /** An empty queue whose settings store the number of partitions. */
  readonly partitionsMarkerOf: (channel: ChannelAddress) => string;
  /** An empty queue whose settings store the one group of a command. */
  readonly groupMarkerOf: (channel: ChannelAddress) => string;
}

/** AMQP 0-9-1 short string, in UTF-8 bytes. */
const nameBytesMax = 255;

/**
 * Names are joined with `:`, and a `:` inside of a part is escaped, so that no two addresses share a name.
 * Every function throws `illegal-name` (`invalid-address`) for what the broker could not hold.
 */
export function createNames(prefix: string): RabbitNames {
  const baseOf = ({ kind, channel }: ChannelAddress): string => `${prefix}:${kind}:${partOf('channel', channel)}`;
  const ownerOf = (address: ChannelAddress | SubscriptionAddress): string => {
    const group = address.kind === 'event' && 'group' in address ? `:${partOf('group', address.group)}` : '';
    return `${baseOf(address)}${group}`;
  };
  return {
    exchangeOf: (channel) => checked(baseOf(channel)),
    queueOf: (address, partition) => checked(`${ownerOf(address)}:${partition}`),
    // Not `:delay:1000`, which would be the partition 1000 of a group of that name.
    delayOf: (channel, delayMs) => checked(`${baseOf(channel)}:delay-${delayMs}`),
    expiredOf: (address) => checked(`${ownerOf(address)}:expired`),
    instancesOf: (subscription) => checked(`${ownerOf(subscription)}:instances`),
    partitionsMarkerOf: (channel) => checked(`${baseOf(channel)}:partitions`),
    groupMarkerOf: (channel) => checked(`${baseOf(channel)}:group`),
  };
}

function partOf(what: 'channel' | 'group', name: string): string {
  const problem = problemOf(name);
  if (problem !== undefined) throw new RabbitTransportError('illegal-name', `The name of a ${what} ${problem}.`);
  return name.replaceAll('%', '%25').replaceAll(':', '%3A');
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.startsWith('amq.')) return 'begins with amq., which RabbitMQ keeps for itself';
  if (/\p{Cc}/u.test(name)) return 'has a control character';
  if (/\p{Cs}/u.test(name)) return 'has half a surrogate pair, which UTF-8 cannot hold';
  return undefined;
}

function checked(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes <= nameBytesMax) return name;
  const text = `The address needs a name of ${bytes} bytes; RabbitMQ takes ${nameBytesMax}: shorten channel or group.`;
  throw new RabbitTransportError('illegal-name', text);
}
