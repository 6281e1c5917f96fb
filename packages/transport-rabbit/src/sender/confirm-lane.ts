import type { Timer } from '@waybill/core/driver';
import type { ConfirmChannel } from 'amqplib';
import type { RabbitSettings } from '../options.ts';
import { createLaneChannel } from './lane-channel.ts';
import type { LaneChannel } from './lane-channel.ts';

/**
 * The way to one target queue, over a confirm channel of its own: over several queues confirms come out of order, and then amqplib
 * keeps an entry of each later publish for ever; and a queue that is slow or refuses would hold back the others.
 */
export interface ConfirmLane {
  /** Answers with a channel that is open now; rejects when none can be had. */
  readonly open: () => Promise<LaneChannel>;
  /**
   * Call when a confirm did not come: the next publish takes a new channel, because on this one amqplib would keep an entry of each
   * later publish behind the gap. It stays open for what else is under way on it, until the time for that is over.
   */
  readonly renew: () => void;
  /** Call when nothing is under way. */
  readonly close: () => void;
}

export interface ConfirmLaneOptions {
  /** Rejects when none can be had, or when it would only be lost again. */
  readonly openChannel: () => Promise<ConfirmChannel>;
  readonly settings: Pick<RabbitSettings, 'clock' | 'publishTimeoutMs' | 'priorityHeader'>;
  readonly exchange: string;
}

export function createConfirmLane({ openChannel, settings, exchange }: ConfirmLaneOptions): ConfirmLane {
  const { clock, publishTimeoutMs, priorityHeader } = settings;
  /** Channels that were renewed, each with the time of its end. */
  const retiring = new Map<ConfirmChannel, Timer>();
  let opened: Promise<LaneChannel> | undefined;
  let live: ConfirmChannel | undefined;

  const forget = (channel: ConfirmChannel): void => {
    if (live !== channel) return;
    opened = undefined;
    live = undefined;
  };

  const openAgain = async (): Promise<LaneChannel> => {
    try {
      const channel = await openChannel();
      live = channel;
      channel.on('close', () => {
        forget(channel);
        retiring.get(channel)?.cancel();
        retiring.delete(channel);
      });
      return createLaneChannel({ channel, clock, exchange, priorityHeader, onThrow: () => forget(channel) });
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };

  return {
    open: () => (opened ??= openAgain()),
    renew: () => {
      if (live === undefined) return;
      const channel = live;
      forget(channel);
      const timer = clock.after(publishTimeoutMs, () => goodbye(channel));
      retiring.set(channel, timer);
    },
    close: () => {
      for (const [channel, timer] of retiring) {
        timer.cancel();
        goodbye(channel);
      }
      if (live !== undefined) goodbye(live);
    },
  };
}

/** Not awaited: a frozen broker never answers, and nothing is under way any more. One that has ended is closed enough. */
function goodbye(channel: ConfirmChannel): void {
  void channel.close().catch(() => {});
}
