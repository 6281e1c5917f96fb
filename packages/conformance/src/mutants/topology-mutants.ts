import type { ChannelAddress, SubscriptionAddress, TransportDriver } from '@waybill/core/driver';
import type { DriverChanges } from '../stage/wrap-driver.ts';
import type { Mutant, MutantSetting } from './mutant.ts';

/** What a driver can do wrong with channels and groups. */
export const topologyMutants: readonly Mutant[] = [
  {
    name: 'groups share one queue',
    killedBy: 'FAN-1',
    finding: 'what b got',
    mutate: () => {
      const firstGroups = new Map<string, string>();
      return {
        driver: (driver) => ({
          driver: {
            ensureTopology: async (topology) => {
              for (const { channel, group } of topology.subscriptions) {
                if (!firstGroups.has(channel)) firstGroups.set(channel, group);
              }
              await driver.ensureTopology(topology);
            },
          },
          openReceiver: (address, options) =>
            driver.openReceiver({ ...address, group: firstGroups.get(address.channel) ?? address.group }, options),
        }),
      };
    },
  },
  {
    name: 'only one group of an event is given anything',
    killedBy: 'ORD-12',
    finding: 'has all',
    mutate: () => {
      const served = new Map<string, string>();
      return {
        driver: () => ({
          receiver: (receiver, { channel, group }) => {
            if (!served.has(channel)) served.set(channel, group);
            if (served.get(channel) === group) return {};
            return {
              receiveBatch: async (limit, signal) => {
                const deliveries = await receiver.receiveBatch(limit, signal);
                await receiver.settleBatch(deliveries.map(({ receipt }) => ({ receipt, action: 'accept' })));
                return [];
              },
            };
          },
        }),
      };
    },
  },
  {
    name: 'a group that is declared twice is given everything twice',
    killedBy: 'FAN-7',
    finding: 'what came beyond the one message',
    mutate: () => {
      const declared = new Map<string, number>();
      return {
        driver: (driver) => ({
          driver: {
            ensureTopology: async (topology) => {
              for (const { channel } of topology.channels) declared.set(channel, 1 + (declared.get(channel) ?? 0));
              await driver.ensureTopology(topology);
            },
            openSender: async (address) => {
              const sender = await driver.openSender(address);
              return {
                ...sender,
                sendBatch: async (messages) => {
                  const times = declared.get(address.channel) ?? 1;
                  const outcomes = await sender.sendBatch(messages);
                  for (let time = 1; time < times; time += 1) await sender.sendBatch(messages);
                  return outcomes;
                },
              };
            },
          },
        }),
      };
    },
  },
  {
    name: 'channels whose names differ in their last word share a queue',
    killedBy: 'DEL-4',
    finding: 'what the other channel got',
    mutate: () => ({ driver: sharing }),
  },
  {
    name: 'a channel that nobody made is made by whoever asks for it',
    killedBy: 'DEL-8',
    finding: 'a sender of it',
    mutate: () => ({
      driver: (driver) => ({
        driver: {
          openSender: async ({ kind, channel }) => {
            await driver.ensureTopology({ channels: [{ kind, channel }], subscriptions: [] });
            return driver.openSender({ kind, channel });
          },
        },
      }),
    }),
  },
  {
    name: 'every error is called unavailable',
    killedBy: 'DEL-8',
    finding: 'a sender of it',
    mutate: () => ({ driver: () => ({ driver: { codeOf: () => 'unavailable' } }) }),
  },
  {
    name: 'opening a receiver empties its queue',
    killedBy: 'DEL-5',
    finding: 'a message that is there is delivered',
    mutate: (setting) => ({
      driver: (driver) => ({
        openReceiver: async (address, options) => {
          await empty(driver, address, setting);
          return driver.openReceiver(address, options);
        },
      }),
    }),
  },
  {
    name: 'declaring a queue that is there empties it',
    killedBy: 'LIF-12',
    finding: 'the case has published and received something',
    mutate: (setting) => ({
      driver: (driver) => ({
        driver: {
          ensureTopology: async (topology) => {
            await driver.ensureTopology(topology);
            for (const subscription of topology.subscriptions) await empty(driver, subscription, setting);
          },
        },
      }),
    }),
  },
  {
    name: 'a second group of a command is silently left out',
    killedBy: 'LIF-12',
    finding: 'a second group',
    mutate: () => ({
      driver: (driver) => ({
        driver: {
          ensureTopology: ({ channels, subscriptions }) =>
            driver.ensureTopology({
              channels,
              subscriptions: subscriptions.filter(({ kind, group }) => kind === 'event' || group !== 'others'),
            }),
        },
      }),
    }),
  },
];

function sharing(driver: TransportDriver): DriverChanges {
  const shared = <Address extends ChannelAddress>(address: Address): Address => ({
    ...address,
    channel: address.channel.replace(/-[a-z]+$/u, ''),
  });
  return {
    driver: {
      ensureTopology: ({ channels, subscriptions }) =>
        driver.ensureTopology({ channels: channels.map(shared), subscriptions: subscriptions.map(shared) }),
      openSender: (address) => driver.openSender(shared(address)),
      openReceiver: (address, options) => driver.openReceiver(shared(address), options),
      inspect: (address) => driver.inspect(shared(address)),
    },
  };
}

async function empty(
  driver: TransportDriver,
  address: SubscriptionAddress,
  { clock, timing }: MutantSetting,
): Promise<void> {
  const options = { leaseMs: timing.leaseMs, unsettledMax: 1000, onLost: () => undefined };
  const receiver = await driver.openReceiver(address, options);
  const enough = new AbortController();
  clock.after(timing.settleMs, () => enough.abort());
  const deliveries = await receiver.receiveBatch(1000, enough.signal);
  await receiver.settleBatch(deliveries.map(({ receipt }) => ({ receipt, action: 'accept' })));
  await receiver.close();
}
