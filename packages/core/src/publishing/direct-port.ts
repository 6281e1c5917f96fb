import type { ChannelAddress, Clock, Random, TransportDriver } from '../driver/index.ts';
import type { Backoff } from '../handling/retry-policy.ts';
import { ChannelPublisher } from './channel-publisher.ts';
import type { PublishPort } from './publish-port.ts';

export interface DirectPortOptions {
  readonly transport: TransportDriver;
  readonly clock: Clock;
  readonly random: Random;
  readonly backoff: Backoff;
  readonly retryMsMax: number;
}

/** Publishes straight to the broker, one publisher per channel, opened at its first message. */
export function createDirectPort(options: DirectPortOptions): PublishPort {
  const channels = { command: new Map<string, ChannelPublisher>(), event: new Map<string, ChannelPublisher>() };

  const channelFor = (address: ChannelAddress): ChannelPublisher => {
    const known = channels[address.kind].get(address.channel);
    if (known !== undefined) return known;
    const created = new ChannelPublisher({ ...options, address });
    channels[address.kind].set(address.channel, created);
    return created;
  };

  const all = (): readonly ChannelPublisher[] => [...channels.command.values(), ...channels.event.values()];

  return {
    get unconfirmed() {
      return all().reduce((sum, channel) => sum + channel.unconfirmed, 0);
    },
    publish: (address, message, settle) => channelFor(address).publish(message, settle),
    codeOf: options.transport.codeOf,
    close: async () => {
      await Promise.all(all().map((channel) => channel.close()));
    },
  };
}
