import type { ChannelAddress, SubscriptionAddress, TransportDriver } from '@waybill/core/driver';

/** The driver with topics under everything, so that what the suite asks of commands is asked of SNS as well. */
export function overTopics(driver: TransportDriver): TransportDriver {
  return {
    ...driver,
    ensureTopology: ({ channels, subscriptions }) =>
      driver.ensureTopology({ channels: channels.map(asEvent), subscriptions: subscriptions.map(asEvent) }),
    openSender: (channel) => driver.openSender(asEvent(channel)),
    openReceiver: (subscription, options) => driver.openReceiver(asEvent(subscription), options),
    inspect: (subscription) => driver.inspect(asEvent(subscription)),
  };
}

export function asEvent<Address extends ChannelAddress | SubscriptionAddress>(address: Address): Address {
  return { ...address, kind: 'event' };
}
