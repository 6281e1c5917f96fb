import type { ChannelAddress, SubscriptionAddress, SubscriptionTopology, TransportDriver } from '@waybill/core/driver';
import { SqsTransportError } from '../sqs-error.ts';

/** What core calls the only group of a command. */
const group = 'handler';
/** Every receive says its own lease; that of the queue would differ between who publishes first and who receives first. */
const leaseMs = 30_000;

/** The group of each command so far: a topic would take any number. */
export type CommandGroups = Map<string, string>;

/**
 * The driver with topics under everything, so that what the suite asks of commands is asked of SNS as well. A command waits for its handler,
 * which a topic would not do: so whoever publishes one makes the queue of its group too.
 */
export function overTopics(driver: TransportDriver, groups: CommandGroups): TransportDriver {
  return {
    ...driver,
    ensureTopology: async ({ channels, subscriptions }) => {
      for (const subscription of subscriptions) keepOneGroup(subscription, groups);
      await driver.ensureTopology({
        channels: channels.map(asEvent),
        subscriptions: [...subscriptions, ...queuesOf(channels, subscriptions)].map(asEvent).map(withOneLease),
      });
    },
    openSender: (channel) => driver.openSender(asEvent(channel)),
    openReceiver: (subscription, options) => driver.openReceiver(asEvent(subscription), options),
    inspect: (subscription) => driver.inspect(asEvent(subscription)),
  };
}

export function asEvent<Address extends ChannelAddress | SubscriptionAddress>(address: Address): Address {
  return { ...address, kind: 'event' };
}

function keepOneGroup({ kind, channel, group: wanted }: SubscriptionTopology, groups: CommandGroups): void {
  if (kind === 'event') return;
  const present = groups.get(channel) ?? wanted;
  if (present !== wanted)
    throw new SqsTransportError('second-group', `The command ${channel} has the group ${present}.`);
  groups.set(channel, wanted);
}

function queuesOf(
  channels: readonly ChannelAddress[],
  subscriptions: readonly SubscriptionTopology[],
): readonly SubscriptionTopology[] {
  return channels
    .filter(({ kind, channel }) => kind === 'command' && !subscriptions.some((each) => each.channel === channel))
    .map(({ kind, channel }) => ({ kind, channel, group, leaseMs }));
}

function withOneLease(subscription: SubscriptionTopology): SubscriptionTopology {
  return subscription.group === group ? { ...subscription, leaseMs } : subscription;
}
