import { createDoorbell, createPendingFailure, takeFairly } from '@waybill/core/driver';
import type { Delivery, Random, ReceiverOptions, TransportReceiver } from '@waybill/core/driver';
import type { ConsumeMessage } from 'amqplib';
import type { ManagedConnection } from '../connection/managed-connection.ts';
import type { ReconnectPace } from '../connection/reconnect-delay.ts';
import { holdMsMaxOf } from '../hold-ms-max.ts';
import { RabbitTransportError } from '../rabbit-error.ts';
import type { RabbitClock } from '../time/system-clock.ts';
import type { HeldMessage, ReadMessage } from './held-message.ts';
import type { InstanceCount } from './instance-count.ts';
import type { PartitionSession } from './partition-session.ts';
import { createPartition } from './partition.ts';
import type { Partition } from './partition.ts';
import { createRebalancing } from './rebalance.ts';
import { ownedBy, settleBatch } from './settle-batch.ts';
import { spreadPrefetch } from './spread-prefetch.ts';

/** The contract's longest wait of one receive. */
const waitMsMax = 20_000;

export interface RabbitReceiverOptions {
  /** The partition queues of the subscription. */
  readonly queues: readonly string[];
  /** The connection for consuming, which carries no publish and no declare. */
  readonly connection: Pick<ManagedConnection, 'openChannel' | 'onLost'>;
  /** Answers with the number of active consumers; rejects when the queue is missing. Must not touch the connection for consuming. */
  readonly checkQueue: (queue: string) => Promise<number>;
  /** Of the receivers of the subscription. This one leaves when it is closed. */
  readonly instances: InstanceCount;
  /** How often to look whether queues are shared fairly, at most. */
  readonly rebalanceMs: number;
  readonly read: (raw: ConsumeMessage, brokerVersion: string) => ReadMessage;
  readonly clock: RabbitClock;
  readonly random: Random;
  readonly reconnectMs: ReconnectPace;
  /** How long the broker may leave a consume unanswered. */
  readonly connectTimeoutMs: number;
  /** The broker's `consumer_timeout`; everything is given back some time before. */
  readonly consumerTimeoutMs: number;
  readonly receiver: ReceiverOptions;
}

/** What this receiver holds of one queue. */
export interface QueueHolding {
  readonly queue: string;
  /** This receiver is the single active consumer. */
  readonly isActive: boolean;
  readonly count: number;
  /** Deliveries so far on the present channel. */
  readonly arrivals: number;
  readonly oldest: Pick<HeldMessage, 'enqueuedAtMs' | 'arrivedAtMs'> | undefined;
}

export interface RabbitReceiver extends TransportReceiver {
  readonly holdings: () => readonly QueueHolding[];
}

/** Resolves once every queue is consumed. */
export async function openRabbitReceiver(options: RabbitReceiverOptions): Promise<RabbitReceiver> {
  const { queues, clock, consumerTimeoutMs, receiver } = options;
  const { unsettledMax, onLost } = receiver;
  const doorbell = createDoorbell(clock);
  /** Told by the next receive, so that somebody hears of it. */
  const failure = createPendingFailure();
  let isClosed = false;
  let turn = 0;

  const onFailure = (error: unknown): void => {
    failure.note(error);
    doorbell.ring();
  };
  const holdMsMax = holdMsMaxOf({ consumerTimeoutMs });
  const prefetches = spreadPrefetch(unsettledMax, queues.length);
  const partitions = queues.map((queue, partition) =>
    createPartition({
      ...options,
      queue,
      partition,
      prefetch: prefetches[partition] ?? 1,
      holdMsMax,
      onArrival: doorbell.ring,
      onLost,
      onFailure,
    }),
  );

  const rebalancing = createRebalancing(partitions, { ...options, drainMsMax: holdMsMax });

  const take = (limit: number): readonly Delivery[] => {
    turn += 1;
    return takeFairly(sessionsOf(partitions), limit, turn);
  };

  const raise = (): void => {
    if (isClosed) throw new RabbitTransportError('closed', 'The receiver is closed.');
    failure.raise();
  };

  const receive = async (limit: number, signal: AbortSignal): Promise<readonly Delivery[]> => {
    const untilMs = clock.monotonic() + waitMsMax;
    for (;;) {
      if (signal.aborted) return [];
      raise();
      const deliveries = take(limit);
      const leftMs = untilMs - clock.monotonic();
      if (deliveries.length > 0 || leftMs <= 0) return deliveries;
      await doorbell.wait(Math.min(leftMs, msToNextDue(partitions, clock.monotonic())), signal);
    }
  };

  const close = async (): Promise<void> => {
    isClosed = true;
    doorbell.ring();
    await Promise.all([rebalancing.stop(), ...partitions.map((partition) => partition.close())]);
  };

  try {
    await Promise.all(partitions.map((partition) => partition.start()));
  } catch (error) {
    await close();
    throw error;
  }
  rebalancing.start();
  return {
    receiveBatch: receive,
    settleBatch: async (settlements) => settleBatch(partitions, settlements),
    // A hold lasts as long as its channel, so nothing is said to the broker.
    extendBatch: async (receipts) =>
      receipts.map((receipt) => (ownedBy(partitions, receipt) === undefined ? 'lost' : 'extended')),
    close,
    holdings: () => partitions.map(holdingOf),
  };
}

function sessionsOf(partitions: readonly Partition[]): readonly PartitionSession[] {
  return partitions.flatMap((partition) => partition.session() ?? []);
}

function msToNextDue(partitions: readonly Partition[], nowMs: number): number {
  const dueMs = sessionsOf(partitions).map((session) => session.nextDueMs());
  return Math.max(1, Math.min(...dueMs, Infinity) - nowMs);
}

function holdingOf(partition: Partition): QueueHolding {
  const session = partition.session();
  return {
    queue: partition.queue,
    isActive: session?.isActive() ?? false,
    count: session?.heldCount() ?? 0,
    arrivals: session?.arrivals() ?? 0,
    oldest: session?.oldest(),
  };
}
