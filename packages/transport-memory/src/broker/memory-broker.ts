import type { ChannelAddress, NewId, Random, SubscriptionAddress, Topology } from '@waybill/core/driver';
import { MemoryBrokerError } from '../memory-error-codes.ts';
import { valuesOf } from '../profiles/parameter.ts';
import { plain } from '../profiles/plain.ts';
import type { Profile } from '../profiles/profile.ts';
import { profiles } from '../profiles/profiles.ts';
import type { ProfileName } from '../profiles/profiles.ts';
import type { BrokerClock } from '../time/broker-clock.ts';
import { systemNewId, systemRandom } from '../time/system-chance.ts';
import { systemClock } from '../time/system-clock.ts';
import { createBufferChannel } from './buffer-channel.ts';
import { createChance } from './chance.ts';
import type { Channel } from './channel.ts';
import { deadLetterGroup, isDeadLetterGroup } from './dead-letter-address.ts';
import { createObjectStore } from './object-store.ts';
import type { ObjectStore } from './object-store.ts';
import { createQueueChannel } from './queue-channel.ts';

export interface MemoryBrokerOptions {
  /** How it behaves: a name, or a profile of your own. Default `plain`. */
  readonly profile?: ProfileName | Profile;
  /** Default the machine's clock. */
  readonly clock?: BrokerClock;
  /** Decides losses, duplicates, displacement and latency. Default the machine's chance. */
  readonly random?: Random;
  /** Ends the names of objects. Default random UUIDs. */
  readonly newId?: NewId;
}

/**
 * Everything that outlives a process which uses it: queues, leases, windows, objects. Transports that share one are processes that
 * share a broker.
 */
export interface MemoryBroker {
  readonly profile: Profile;
  readonly clock: BrokerClock;
  readonly objects: ObjectStore;
  /** Creates what is missing. @throws MemoryBrokerError, before anything is created for an illegal name. */
  readonly ensureTopology: (topology: Topology) => void;
  /** @throws MemoryBrokerError `no-such-channel` */
  readonly channelOf: (address: ChannelAddress) => Channel;
  /** Removes every message of a queue, in flight or not, and forgets what was sent to it (SQS PurgeQueue, at once). */
  readonly purge: (subscription: SubscriptionAddress) => void;
  /** Sends the waiting dead letters of a queue back to it as new messages, behind what is there; answers how many. */
  readonly redrive: (subscription: SubscriptionAddress) => number;
}

export function createMemoryBroker(options: MemoryBrokerOptions = {}): MemoryBroker {
  const { clock = systemClock, random = systemRandom, newId = systemNewId } = options;
  const profile = profileOf(options.profile);
  const objects = createObjectStore();
  const channels = new Map<string, Channel>();
  const chance = createChance(random);
  const { value: nameCharsMax } = profile.parameters.nameCharsMax;

  const create = (address: ChannelAddress): Channel =>
    profile.kind === 'queue'
      ? createQueueChannel({ address, semantics: valuesOf(profile.parameters), clock, chance })
      : createBufferChannel({ address, semantics: valuesOf(profile.parameters), clock, newId, objects });

  const ensureChannel = (address: ChannelAddress): Channel => {
    const name = nameOf(address);
    const channel = channels.get(name) ?? create(address);
    channels.set(name, channel);
    return channel;
  };

  const channelOf = (address: ChannelAddress): Channel => {
    const channel = channels.get(nameOf(address));
    if (channel !== undefined) return channel;
    const what = `There is no ${address.kind} channel ${address.channel}; create it with ensureTopology.`;
    throw new MemoryBrokerError('no-such-channel', what);
  };

  return {
    profile,
    clock,
    objects,
    ensureTopology: ({ channels: addresses, subscriptions }) => {
      for (const { channel } of [...addresses, ...subscriptions]) checkName(channel, nameCharsMax);
      for (const { group } of subscriptions) checkGroup(group, nameCharsMax);
      for (const address of addresses) ensureChannel(address);
      for (const subscription of subscriptions) {
        ensureChannel(subscription).subscribe(subscription.group, subscription.leaseMs);
      }
    },
    channelOf,
    purge: (subscription) => channelOf(subscription).queueOf(subscription.group).purge(),
    redrive: (subscription) => {
      const channel = channelOf(subscription);
      const arrival = { enqueuedAtMs: clock.now(), arrivedAtMs: clock.monotonic() };
      const messages = channel.queueOf(deadLetterGroup(subscription.group)).drain(arrival.arrivedAtMs);
      const queue = channel.queueOf(subscription.group);
      for (const message of messages) queue.put(message, arrival, 0);
      queue.serve(arrival.arrivedAtMs);
      return messages.length;
    },
  };
}

function profileOf(profile: ProfileName | Profile = plain): Profile {
  return typeof profile === 'string' ? profiles[profile] : profile;
}

function nameOf({ kind, channel }: ChannelAddress): string {
  return `${kind}:${channel}`;
}

function checkGroup(group: string, nameCharsMax: number): void {
  checkName(group, nameCharsMax);
  if (isDeadLetterGroup(group)) throw illegalName(group, 'the name is kept for dead letters');
}

function checkName(name: string, nameCharsMax: number): void {
  if (name.length === 0 || name.length > nameCharsMax) throw illegalName(name, `1 to ${nameCharsMax} characters`);
  if (/[\s\p{Cc}]/u.test(name)) throw illegalName(name, 'no white space and no control characters');
  // Half a character is legal in a map of this process and in no broker: a swap would fail later.
  if (!name.isWellFormed()) throw illegalName(name, 'whole characters only');
}

function illegalName(name: string, rule: string): MemoryBrokerError {
  return new MemoryBrokerError('illegal-name', `${JSON.stringify(name)} cannot be a name here: ${rule}.`);
}
