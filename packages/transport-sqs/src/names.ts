import type { ChannelAddress, SubscriptionAddress } from '@waybill/core/driver';
import type { SqsSettings } from './options.ts';
import { SqsTransportError } from './sqs-error.ts';

/** What SQS and SNS call the parts of one channel. */
export interface SqsNames {
  /** The queue of a command: `waybill-orders.fifo`. */
  readonly commandQueueOf: (channel: ChannelAddress) => string;
  /** The topic of an event: `waybill-orders.fifo`. Topics and queues have names apart. */
  readonly topicOf: (channel: ChannelAddress) => string;
  /** The queue that a subscription reads: that of the command, or the group's own, `waybill-orders--mail.fifo`. */
  readonly queueOf: (subscription: SubscriptionAddress) => string;
  /** Where SQS moves what was delivered too often, and SNS what it could not deliver: `waybill-orders--mail---dead.fifo`. */
  readonly deadLetterQueueOf: (subscription: SubscriptionAddress) => string;
}

/** With `.fifo`. */
const queueNameCharsMax = 80;
const topicNameCharsMax = 256;

/**
 * A channel and a group are joined by two dashes, what belongs to a queue by three, and a part holds none of these itself: so no two
 * addresses share a name.
 * Every function throws `illegal-name` (`invalid-address`) for what cannot be had.
 */
export function createNames({ namePrefix, queueType }: Pick<SqsSettings, 'namePrefix' | 'queueType'>): SqsNames {
  const suffix = queueType === 'fifo' ? '.fifo' : '';
  const channelOf = ({ channel }: ChannelAddress): string => namePrefix + partOf('channel', channel);
  const baseOf = (subscription: SubscriptionAddress): string =>
    subscription.kind === 'command'
      ? channelOf(subscription)
      : `${channelOf(subscription)}--${partOf('group', subscription.group)}`;
  const queue = (name: string): string => checked('queue', name + suffix, queueNameCharsMax);
  return {
    commandQueueOf: (channel) => queue(channelOf(channel)),
    topicOf: (channel) => checked('topic', channelOf(channel) + suffix, topicNameCharsMax),
    queueOf: (subscription) => queue(baseOf(subscription)),
    deadLetterQueueOf: (subscription) => queue(`${baseOf(subscription)}---dead`),
  };
}

/**
 * Letters, digits, single dashes and underscores stay; anything else becomes its UTF-8 bytes, `.` for example `_x2e_`. So does a dash that would
 * look like a joint, and an underscore that would look like the beginning of such bytes.
 */
function partOf(what: 'channel' | 'group', name: string): string {
  const problem = problemOf(name);
  if (problem !== undefined) throw new SqsTransportError('illegal-name', `The name of a ${what} ${problem}.`);
  return name.replaceAll(/^-|-$|(?<=-)-|_(?=x)|[^A-Za-z0-9_-]/gu, bytesOf);
}

function bytesOf(character: string): string {
  return `_x${Buffer.from(character).toString('hex')}_`;
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (/\p{Cc}/u.test(name)) return 'has a control character';
  if (/\p{Cs}/u.test(name)) return 'has half a surrogate pair, which UTF-8 cannot hold';
  return undefined;
}

function checked(what: 'queue' | 'topic', name: string, charsMax: number): string {
  if (name.length <= charsMax) return name;
  const text = `The address needs a ${what} with a name of ${name.length} characters; ${charsMax} are taken: shorten channel or group.`;
  throw new SqsTransportError('illegal-name', text);
}
