import type { Delivery, Receipt } from '@waybill/core/driver';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { ManagedConnection } from '../connection/managed-connection.ts';
import { RabbitTransportError } from '../rabbit-error.ts';
import { createDrain } from './drain.ts';
import { flushAcks } from './flush-acks.ts';
import { HeldMessage } from './held-message.ts';
import type { ReadMessage } from './held-message.ts';
import { createPartitionBuffer } from './partition-buffer.ts';
import { createSettleTracker } from './settle-tracker.ts';

export interface PartitionSessionOptions {
  readonly channel: Channel;
  /** The one that the channel is on. */
  readonly connection: Pick<ManagedConnection, 'onLost'>;
  readonly queue: string;
  /** Which of the receiver's queues it is. */
  readonly partition: number;
  readonly prefetch: number;
  /** Nobody consumed the queue just before. */
  readonly isFirst: boolean;
  /** Total: a message that no publisher of ours has made is read as well. */
  readonly read: (raw: ConsumeMessage, brokerVersion: string) => ReadMessage;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  readonly onArrival: () => void;
}

export interface SessionEnd {
  readonly reason: 'closed' | 'held-too-long' | 'handed-over' | 'failed';
  readonly error: unknown;
  /** What core held. */
  readonly lost: readonly Receipt[];
}

/** One channel with one consumer on one queue. All of it dies with the channel, so that no tag can reach another one. */
export interface PartitionSession {
  readonly take: (limit: number) => readonly Delivery[];
  /** When a released message is due; `Infinity` when none waits. */
  readonly nextDueMs: () => number;
  /** Unacknowledged here: with core, in the buffer, or in the local hold. */
  readonly heldCount: () => number;
  /** Deliveries so far. */
  readonly arrivals: () => number;
  /**
   * Whether this is the single active consumer, as far as one can know: the broker does not say. It is once it was given anything, and
   * presumably when it was the first to come; two that come in the same instant both believe so until then.
   */
  readonly isActive: () => boolean;
  /** On the receiver's monotonic clock; `undefined` while it is not active. */
  readonly activeSinceMs: () => number | undefined;
  /**
   * Something was worked off, or nothing is held. A queue that moved on and on without it would count up the deliveries of what waits at its
   * head, until that looked like messages that kill their consumers.
   */
  readonly canMove: () => boolean;
  readonly oldest: () => HeldMessage | undefined;
  readonly owns: (held: HeldMessage) => boolean;
  /** @throws what amqplib throws on a channel that is gone */
  readonly accept: (messages: readonly HeldMessage[]) => void;
  readonly release: (message: HeldMessage, delayMs: number) => void;
  /** Resolves once the broker has taken what was accepted: a channel that is closed before may bring it back. */
  readonly flush: () => Promise<void>;
  /** Forgets everything, at once; the channel is still to be closed. Idempotent. */
  readonly end: (reason: Exclude<SessionEnd['reason'], 'failed'>) => void;
  /** Gives nothing more to core from now on; resolves once core holds nothing of it, or it has ended. */
  readonly drain: () => Promise<void>;
  /** Gives again. */
  readonly resume: () => void;
  readonly ended: Promise<SessionEnd>;
}

export async function openPartitionSession(options: PartitionSessionOptions): Promise<PartitionSession> {
  const { channel, connection, queue, prefetch } = options;
  const { session, arrive, fail } = createSession(options);
  const stopListening = connection.onLost(fail);
  void session.ended.then(stopListening);
  channel.on('error', fail);
  channel.on('close', () =>
    fail(new RabbitTransportError('connection-lost', `The channel on queue "${queue}" was closed.`)),
  );
  await channel.prefetch(prefetch);
  await channel.consume(queue, (raw) => {
    if (raw === null)
      fail(
        new RabbitTransportError(
          'queue-gone',
          `RabbitMQ ended the consumer on queue "${queue}": it was deleted, or (4.3) a message was held too long.`,
        ),
      );
    else arrive(raw);
  });
  return session;
}

interface NewSession {
  readonly session: PartitionSession;
  readonly arrive: (raw: ConsumeMessage) => void;
  readonly fail: (error: unknown) => void;
}

function createSession(options: PartitionSessionOptions): NewSession {
  const { channel, queue, partition, isFirst, read, nowMs, onArrival } = options;
  const brokerVersion = channel.connection.serverProperties.version;
  const buffer = createPartitionBuffer<HeldMessage>();
  const tracker = createSettleTracker();
  /** By tag; a map keeps the order of insertion, so the oldest comes first. */
  const held = new Map<number, HeldMessage>();
  const ending = Promise.withResolvers<SessionEnd>();
  let isOpen = true;
  let activeSinceMs = isFirst ? nowMs() : undefined;
  let arrivals = 0;
  let hasAccepted = false;
  // All that is held is in the buffer: core holds nothing.
  const drain = createDrain(() => !isOpen || buffer.size() === held.size);

  const finish = (reason: SessionEnd['reason'], error: unknown): void => {
    if (!isOpen) return;
    isOpen = false;
    const lost = [...held.values()].flatMap(({ receipt }) => receipt ?? []);
    held.clear();
    drain.look();
    ending.resolve({ reason, error, lost });
  };
  const fail = (error: unknown): void => finish('failed', error);

  const arrive = (raw: ConsumeMessage): void => {
    if (!isOpen) return;
    const message = new HeldMessage(raw, read(raw, brokerVersion), partition, nowMs());
    activeSinceMs ??= nowMs();
    arrivals += 1;
    held.set(message.tag, message);
    tracker.deliver(message.tag);
    buffer.add(message, 0);
    onArrival();
  };

  const session: PartitionSession = {
    take: (limit) => (isOpen && !drain.isOn() ? buffer.take(limit, nowMs()).map((message) => message.handOut()) : []),
    nextDueMs: () => (isOpen ? buffer.nextDueMs(nowMs()) : Infinity),
    heldCount: () => held.size,
    arrivals: () => arrivals,
    isActive: () => isOpen && activeSinceMs !== undefined,
    activeSinceMs: () => (isOpen ? activeSinceMs : undefined),
    canMove: () => hasAccepted || held.size === 0,
    oldest: () => held.values().next().value,
    owns: (message) => isOpen && held.get(message.tag) === message,
    accept: (messages) => {
      hasAccepted = true;
      for (const { tag } of messages) held.delete(tag);
      const raws = new Map(messages.map(({ tag, raw }) => [tag, raw]));
      for (const { tag, multiple } of tracker.settle([...raws.keys()])) {
        const raw = raws.get(tag);
        if (raw !== undefined) channel.ack(raw, multiple);
      }
      drain.look();
    },
    release: (message, delayMs) => {
      message.takeBack();
      buffer.add(message, nowMs() + delayMs);
      drain.look();
      onArrival();
    },
    flush: async () => {
      if (hasAccepted) await flushAcks(channel, queue);
    },
    end: (reason) => finish(reason, undefined),
    drain: drain.begin,
    resume: () => {
      drain.giveUp();
      onArrival();
    },
    ended: ending.promise,
  };

  return { session, arrive, fail };
}
