import type { ChannelAddress, TransportMessage } from '@waybill/core/driver';
import type { ConfirmChannel } from 'amqplib';
import type { ManagedConnection } from '../connection/managed-connection.ts';
import { errorCodeOf } from '../error-code-of.ts';
import type { RabbitNames } from '../names.ts';
import type { RabbitSettings } from '../options.ts';
import { createConfirmLane } from './confirm-lane.ts';
import type { ConfirmLane } from './confirm-lane.ts';

/** The lanes of one sender, each made when it is first needed: one for each partition and one for each delay. */
export interface Lanes {
  readonly laneOf: (message: TransportMessage, partition: number) => ConfirmLane;
  /** Call when nothing is under way. */
  readonly close: () => void;
}

export interface LanesOptions {
  readonly settings: RabbitSettings;
  readonly names: RabbitNames;
  readonly connection: ManagedConnection;
  readonly address: ChannelAddress;
  /** Rejects when the channel is not there, without a publish: that would cost the connection, and with it every other sender's. */
  readonly check: () => Promise<void>;
}

export function createLanes({ settings, names, connection, address, check }: LanesOptions): Lanes {
  const { delaysMs } = settings;
  const lanes = new Map<string, ConfirmLane>();
  let isMissing = false;

  const openChannel = async (): Promise<ConfirmChannel> => {
    if (isMissing) await check();
    isMissing = false;
    const channel = await connection.openChannel('confirm');
    channel.on('error', (error) => {
      isMissing ||= errorCodeOf(error) === 'not-found';
    });
    return channel;
  };

  const lane = (name: string, exchange: string): ConfirmLane => {
    let found = lanes.get(name);
    if (found === undefined) {
      found = createConfirmLane({ openChannel, settings, exchange });
      lanes.set(name, found);
    }
    return found;
  };

  return {
    laneOf: ({ delayMs }, partition) => {
      if (delayMs <= 0) return lane(`partition ${partition}`, names.exchangeOf(address));
      // Rounded up: a message is never early.
      const step = delaysMs.find((one) => one >= delayMs) ?? delayMs;
      return lane(`delay ${step}`, names.delayOf(address, step));
    },
    close: () => {
      for (const one of lanes.values()) one.close();
      lanes.clear();
    },
  };
}
