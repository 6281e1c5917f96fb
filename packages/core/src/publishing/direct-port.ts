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
  const channels = new Map<string, ChannelPublisher>();

  const channelFor = (address: ChannelAddress): ChannelPublisher => {
    const name = `${address.kind} ${address.channel}`;
    const known = channels.get(name);
    if (known !== undefined) return known;
    const created = new ChannelPublisher({ ...options, address });
    channels.set(name, created);
    return created;
  };

  return {
    get unconfirmed() {
      let sum = 0;
      for (const channel of channels.values()) sum += channel.unconfirmed;
      return sum;
    },
    publish: (address, message, settle) => channelFor(address).publish(message, settle),
    close: async () => {
      await Promise.all([...channels.values()].map((channel) => channel.close()));
    },
  };
}
