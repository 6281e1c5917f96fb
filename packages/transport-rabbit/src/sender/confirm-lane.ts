import type { SendOutcome, TransportMessage } from '@waybill/core/driver';
import type { ConfirmChannel } from 'amqplib';
import type { ManagedConnection } from '../connection/managed-connection.ts';
import { driverHeaders } from '../message-headers.ts';
import { toProperties } from '../message-properties.ts';
import { RabbitTransportError } from '../rabbit-error.ts';
import type { RabbitClock } from '../time/system-clock.ts';

/**
 * Publishes to one target queue, through a confirm channel of its own: over several queues confirms come out of order, and then
 * amqplib keeps an entry of each later publish for ever.
 */
export interface ConfirmLane {
  /** Answers with a channel that is open now; rejects when none can be had. */
  readonly open: () => Promise<LaneChannel>;
  /** Call when nothing is under way. */
  readonly close: () => void;
}

export interface LaneChannel {
  /** Publishes at once and in the order of the calls. `settle` is called once, or never when the confirm never comes. */
  readonly publish: (publish: LanePublish) => void;
}

export interface LanePublish {
  readonly message: TransportMessage;
  readonly routingKey: string;
  readonly settle: (outcome: SendOutcome) => void;
}

export interface ConfirmLaneOptions {
  readonly connection: ManagedConnection;
  readonly clock: RabbitClock;
  readonly exchange: string;
}

export function createConfirmLane({ connection, clock, exchange }: ConfirmLaneOptions): ConfirmLane {
  let opened: Promise<LaneChannel> | undefined;
  let live: ConfirmChannel | undefined;

  const openAgain = async (): Promise<LaneChannel> => {
    try {
      const channel = await connection.openChannel('confirm');
      live = channel;
      channel.on('close', () => {
        opened = undefined;
        live = undefined;
      });
      return laneChannelOf(channel, { clock, exchange });
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };

  return {
    open: () => (opened ??= openAgain()),
    close: () => {
      // Not awaited: a frozen broker never answers, and nothing is under way any more. One that has ended is closed enough.
      if (live !== undefined) void live.close().catch(() => {});
    },
  };
}

function laneChannelOf(
  channel: ConfirmChannel,
  { clock, exchange }: Pick<ConfirmLaneOptions, 'clock' | 'exchange'>,
): LaneChannel {
  /** Publishes that came back. Each one's confirm follows at once, so there are never more than a few. */
  const returned = new Set<unknown>();
  let published = 0;
  channel.on('return', ({ properties }) => {
    returned.add(properties.headers?.[driverHeaders.publish]);
  });

  return {
    publish: ({ message, routingKey, settle }) => {
      published += 1;
      const publishId = String(published);
      const { body } = message;
      try {
        channel.publish(
          exchange,
          routingKey,
          Buffer.from(body.buffer, body.byteOffset, body.byteLength),
          toProperties(message, { nowMs: clock.now(), publishId }),
          (error: unknown) => settle(outcomeOf(error, returned.delete(publishId))),
        );
      } catch (error) {
        // Thrown before anything was written: the channel has ended, or the message cannot be encoded.
        settle({ status: 'rejected', error });
      }
    },
  };
}

function outcomeOf(error: unknown, isReturned: boolean): SendOutcome {
  if (isReturned) return { status: 'rejected', error: unroutable() };
  if (error === null) return { status: 'confirmed' };
  // Also a nack is no proof: one of several bound queues may have refused, or crashed, after another had taken it.
  const isRefusal = error instanceof Error && error.message === 'message nacked';
  return { status: 'unknown', error: isRefusal ? refused(error) : confirmLost(error) };
}

function unroutable(): RabbitTransportError {
  return new RabbitTransportError('unroutable', 'No queue is bound for this message: declare a subscription first.');
}

function refused(cause: Error): RabbitTransportError {
  return new RabbitTransportError(
    'refused-by-queue',
    'A queue refused the message (nack); another one may have taken it.',
    { cause },
  );
}

function confirmLost(cause: unknown): RabbitTransportError {
  return new RabbitTransportError('confirm-lost', 'The channel ended before the confirm came.', { cause });
}
