import type { SendOutcome, TransportMessage } from '@waybill/core/driver';
import type { ConfirmChannel } from 'amqplib';
import { internalsOf } from '../connection/internals-of.ts';
import { driverHeaders } from '../message-headers.ts';
import { toProperties } from '../message-properties.ts';
import { RabbitTransportError } from '../rabbit-error.ts';
import type { RabbitClock } from '../time/system-clock.ts';
import { frameRefusalOf } from './check-message.ts';

/** One confirm channel, which says of each publish what became of it. */
export interface LaneChannel {
  /** Publishes at once and in the order of the calls. `settle` is called once, or never when the confirm never comes. */
  readonly publish: (publish: LanePublish) => void;
}

export interface LanePublish {
  readonly message: TransportMessage;
  readonly routingKey: string;
  readonly settle: (outcome: SendOutcome) => void;
}

export interface LaneChannelOptions {
  readonly channel: ConfirmChannel;
  readonly clock: RabbitClock;
  readonly exchange: string;
  readonly priorityHeader: string | undefined;
  /** The channel takes no publish, although nobody was told of its end. */
  readonly onThrow: () => void;
}

/**
 * A return has neither a tag nor a number. So each publish gets an id of its own in a header; the broker sends the return right before
 * the confirm of the same publish.
 */
export function createLaneChannel({
  channel,
  clock,
  exchange,
  priorityHeader,
  onThrow,
}: LaneChannelOptions): LaneChannel {
  const { frameMax: frameBytesMax = Infinity } = internalsOf(channel);
  /** Publishes that came back. Each one's confirm follows at once, so there are never more than a few. */
  const returned = new Set<unknown>();
  let published = 0;
  /** Of the broker, once it has closed the channel over a larger message. */
  let bodyBytesMax = Infinity;
  channel.on('return', ({ properties }) => {
    returned.add(properties.headers?.[driverHeaders.publish]);
  });
  channel.on('error', (error) => {
    bodyBytesMax = Number(/larger than configured max size (\d+)/u.exec(String(error))?.[1] ?? Infinity);
  });

  return {
    publish: ({ message, routingKey, settle }) => {
      const refusal = frameRefusalOf(message, frameBytesMax);
      if (refusal !== undefined) return settle({ status: 'rejected', error: refusal });
      published += 1;
      const publishId = String(published);
      const { body } = message;
      try {
        channel.publish(
          exchange,
          routingKey,
          Buffer.from(body.buffer, body.byteOffset, body.byteLength),
          toProperties(message, { nowMs: clock.now(), publishId, priorityHeader }),
          (error: unknown) => {
            if (body.byteLength > bodyBytesMax) return settle({ status: 'rejected', error: tooLarge(bodyBytesMax) });
            settle(outcomeOf(error, returned.delete(publishId)));
          },
        );
      } catch (error) {
        // Thrown before anything was written: the channel has ended, or the message cannot be encoded.
        onThrow();
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

function tooLarge(bytesMax: number): RabbitTransportError {
  return new RabbitTransportError(
    'message-too-large',
    `RabbitMQ takes bodies of ${bytesMax} bytes (max_message_size); set messageBytesMax to that, so that no connection is lost over it.`,
  );
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
