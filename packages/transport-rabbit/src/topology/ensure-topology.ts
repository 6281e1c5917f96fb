import type { ChannelAddress, SubscriptionTopology, Topology } from '@waybill/core/driver';
import type { Channel, Options } from 'amqplib';
import type { ManagedConnection } from '../connection/managed-connection.ts';
import type { RabbitNames } from '../names.ts';
import type { RabbitSettings } from '../options.ts';
import { RabbitTransportError } from '../rabbit-error.ts';
import { delayQueue, expiredQueue, groupMarker, partitionQueue, partitionsMarker } from './channel-queues.ts';
import { driftErrorOf } from './drift-error.ts';

export interface TopologyOptions {
  readonly settings: RabbitSettings;
  readonly names: RabbitNames;
  /** One without consumers and publishes: a difference costs the channel. */
  readonly connection: ManagedConnection;
}

/** Declares what is missing on a channel that is thrown away, and finds out what exists with other settings. */
export async function ensureTopology(options: TopologyOptions, topology: Topology): Promise<void> {
  const plan = planOf(options, topology);
  const channel = await options.connection.openChannel('plain');
  for (const step of plan) {
    try {
      await step(channel);
    } catch (error) {
      throw driftErrorOf(error) ?? error;
    }
  }
  await channel.close();
}

/**
 * For a publisher that declares nothing: a publish to a missing exchange, that of a delay too, would cost its connection, and one by
 * another number of partitions the order of its keys.
 */
export async function checkChannel(options: TopologyOptions, address: ChannelAddress): Promise<void> {
  const { settings, names, connection } = options;
  const exchanges = [names.exchangeOf(address), ...settings.delaysMs.map((delayMs) => names.delayOf(address, delayMs))];
  const channel = await connection.openChannel('plain');
  for (const exchange of exchanges) await channel.checkExchange(exchange);
  await partitionsStep(options, address)(channel);
  await channel.close();
}

type Step = (channel: Channel) => Promise<unknown>;

/** All names are checked before the first one is declared. */
function planOf(options: TopologyOptions, { channels, subscriptions }: Topology): readonly Step[] {
  const all = new Map<string, ChannelAddress>();
  for (const { kind, channel } of [...channels, ...subscriptions]) all.set(`${kind}:${channel}`, { kind, channel });
  return [
    ...[...all.values()].flatMap((channel) => channelSteps(options, channel)),
    ...subscriptions.flatMap((subscription) => subscriptionSteps(options, subscription)),
  ];
}

/** The marker first: with another number of partitions nothing else may be touched. What is delayed needs its target before it. */
function channelSteps(options: TopologyOptions, channel: ChannelAddress): readonly Step[] {
  const { settings, names } = options;
  const exchange = names.exchangeOf(channel);
  return [
    partitionsStep(options, channel),
    (broker) => broker.assertExchange(exchange, 'direct', { durable: true }),
    ...(channel.kind === 'command' ? queueSteps(options, channel) : []),
    ...settings.delaysMs.flatMap((delayMs) => {
      const name = names.delayOf(channel, delayMs);
      return [
        declare(name, delayQueue(settings, delayMs, exchange)),
        (broker: Channel) => broker.assertExchange(name, 'fanout', { durable: true }),
        (broker: Channel) => broker.bindQueue(name, name, ''),
      ];
    }),
  ];
}

function partitionsStep({ settings, names }: TopologyOptions, channel: ChannelAddress): Step {
  const marker = declare(names.partitionsMarkerOf(channel), partitionsMarker(settings));
  return async (broker) => {
    try {
      await marker(broker);
    } catch (error) {
      const stored = /'x-max-length' for queue .* but current is '(\d+)'/u.exec(String(error))?.[1];
      if (stored === undefined) throw error;
      const text = `The ${channel.kind} '${channel.channel}' has ${stored} partitions; partitions: ${settings.partitions} was wanted. Use ${stored}, or follow the procedure for another number: a key would change its queue.`;
      throw new RabbitTransportError('topology-drift', text, { cause: error });
    }
  };
}

function subscriptionSteps(options: TopologyOptions, subscription: SubscriptionTopology): readonly Step[] {
  if (subscription.kind === 'event') return queueSteps(options, subscription);
  const { settings, names } = options;
  const { group, channel } = subscription;
  const marker = declare(
    names.groupMarkerOf(subscription),
    groupMarker(settings, { names, channel: subscription, group }),
  );
  return [
    async (broker) => {
      try {
        await marker(broker);
      } catch (error) {
        const owner = /'x-dead-letter-routing-key' for queue .* but current is '(.*?)'"?$/u.exec(String(error))?.[1];
        if (owner === undefined) throw error;
        const text = `The command '${channel}' belongs to the group '${owner}'; '${group}' cannot have it as well.`;
        throw new RabbitTransportError('second-group', text, { cause: error });
      }
    },
  ];
}

function queueSteps(
  { settings, names }: TopologyOptions,
  address: ChannelAddress | SubscriptionTopology,
): readonly Step[] {
  const exchange = names.exchangeOf(address);
  const expired = names.expiredOf(address);
  return [
    ...(settings.expireAfterMs === undefined ? [] : [declare(expired, expiredQueue(settings))]),
    ...Array.from({ length: settings.partitions }, (_, partition) => {
      const queue = names.queueOf(address, partition);
      const declareQueue = declare(queue, partitionQueue(settings, expired));
      return async (broker: Channel) => {
        await declareQueue(broker);
        await broker.bindQueue(queue, exchange, String(partition));
      };
    }),
  ];
}

function declare(name: string, options: Options.AssertQueue): Step {
  return (broker) => broker.assertQueue(name, options);
}
