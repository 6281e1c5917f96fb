import type { ChannelAddress, SubscriptionAddress } from '@waybill/core/driver';
import { KafkaTransportError } from './kafka-error.ts';

/** What Kafka calls the parts of one channel. */
export interface KafkaNames {
  /** The topic of a command or an event: `waybill.orders`. */
  readonly topicOf: (channel: ChannelAddress) => string;
  /** The consumer group of a subscription: `waybill.orders.mail`. */
  readonly groupOf: (subscription: SubscriptionAddress) => string;
  /** Whether a consumer group is one of this channel, be it declared here or elsewhere. */
  readonly isGroupOf: (channel: ChannelAddress, groupId: string) => boolean;
}

/** Of Kafka, for topics; a group may have as many characters as fit into a record of its own topic. */
const topicCharsMax = 249;

/**
 * Letters, digits, `.`, `_` and `-` of a channel stay, so that programs in other languages find the topic under its name; anything else becomes
 * its UTF-8 bytes, `/` for example `_x2f_`. A group holds no `.` of its own: what follows the last one is the group, and no two addresses share
 * a name.
 * Every function throws `illegal-name` (`invalid-address`) for what Kafka could not hold.
 */
export function createNames(prefix: string): KafkaNames {
  const topicOf = ({ channel }: ChannelAddress): string => checked(`${prefix}.${channelPart(channel)}`);
  return {
    topicOf,
    groupOf: (subscription) => `${topicOf(subscription)}.${groupPart(subscription.group)}`,
    isGroupOf: (channel, groupId) => {
      const topic = topicOf(channel);
      return groupId.startsWith(`${topic}.`) && !groupId.includes('.', topic.length + 1);
    },
  };
}

function channelPart(name: string): string {
  refuseUnfit('channel', name);
  return name.replaceAll(/_(?=x)|[^A-Za-z0-9._-]/gu, bytesOf);
}

function groupPart(name: string): string {
  refuseUnfit('group', name);
  return name.replaceAll(/_(?=x)|[^A-Za-z0-9_-]/gu, bytesOf);
}

function bytesOf(character: string): string {
  return `_x${Buffer.from(character).toString('hex')}_`;
}

function refuseUnfit(what: 'channel' | 'group', name: string): void {
  const problem = problemOf(name);
  if (problem !== undefined) throw new KafkaTransportError('illegal-name', `The name of a ${what} ${problem}.`);
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (/\p{Cc}/u.test(name)) return 'has a control character';
  if (/\p{Cs}/u.test(name)) return 'has half a surrogate pair, which UTF-8 cannot hold';
  return undefined;
}

function checked(topic: string): string {
  if (topic.length <= topicCharsMax) return topic;
  const text = `The address needs a topic with a name of ${topic.length} characters; Kafka takes ${topicCharsMax}: shorten the channel.`;
  throw new KafkaTransportError('illegal-name', text);
}

/**
 * Refuses two topics whose names differ in `.` and `_` only: Kafka names its metrics with `_` in the place of `.`, and creates only the first.
 * @throws KafkaTransportError `name-collision`
 */
export function refuseCollisions(topics: readonly string[]): void {
  const known = new Map<string, string>();
  for (const topic of topics) {
    const metric = topic.replaceAll('.', '_');
    const other = known.get(metric) ?? topic;
    if (other !== topic) throw nameCollision(topic, other);
    known.set(metric, topic);
  }
}

function nameCollision(topic: string, other: string): KafkaTransportError {
  const text = `The topics '${topic}' and '${other}' differ in '.' and '_' only, which Kafka takes for one in the names of its metrics: rename a channel.`;
  return new KafkaTransportError('name-collision', text);
}
