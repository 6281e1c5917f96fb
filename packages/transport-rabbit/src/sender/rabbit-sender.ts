import { createClosableSender } from '@waybill/core/driver';
import type { SendOutcome, TransportMessage, TransportSender } from '@waybill/core/driver';
import type { ManagedConnection } from '../connection/managed-connection.ts';
import { partitionOf } from '../partition-of.ts';
import { RabbitTransportError } from '../rabbit-error.ts';
import { refusalOf } from './check-message.ts';
import type { ConfirmLane } from './confirm-lane.ts';
import type { LaneChannel } from './lane-channel.ts';
import { createLanes } from './lanes.ts';
import type { LanesOptions } from './lanes.ts';
import { createPendingBatch } from './pending-batch.ts';
import type { PendingBatch } from './pending-batch.ts';

/** A message with its place in the batch and its target. */
interface Placed {
  readonly index: number;
  readonly message: TransportMessage;
  readonly routingKey: string;
}

/**
 * Sends a batch pipelined over one confirm channel per target queue. One deadline counts for the call: what was published by then
 * and not confirmed is unknown, what still waited for a connection or behind a memory alarm was certainly not sent.
 */
export function createRabbitSender(options: LanesOptions): TransportSender {
  const { settings, connection } = options;
  const { clock, publishTimeoutMs, partitions } = settings;
  const lanes = createLanes(options);
  let turn = 0;

  const place = (messages: readonly TransportMessage[], batch: PendingBatch): ReadonlyMap<ConfirmLane, Placed[]> => {
    const placed = new Map<ConfirmLane, Placed[]>();
    for (const [index, message] of messages.entries()) {
      const refusal = refusalOf(message, settings);
      if (refusal !== undefined) {
        batch.settle(index, { status: 'rejected', error: refusal });
        continue;
      }
      if (message.key === undefined) turn += 1;
      const partition = partitionOf(message.key, partitions, turn);
      const lane = lanes.laneOf(message, partition);
      const target = placed.get(lane) ?? [];
      target.push({ index, message, routingKey: String(partition) });
      placed.set(lane, target);
    }
    return placed;
  };

  const send = async (messages: readonly TransportMessage[]): Promise<readonly SendOutcome[]> => {
    const batch = createPendingBatch(messages.length);
    const targets = place(messages, batch);
    const deadline = clock.after(publishTimeoutMs, () => {
      const isBlocked = connection.isBlocked();
      const unconfirmed = batch.end((hasBegun) => overdue(hasBegun, isBlocked));
      // Behind a memory alarm the confirms still come, all of them and in order.
      if (!isBlocked) renewLanesOf(targets, unconfirmed);
    });
    for (const [lane, placed] of targets) void publishAll(lane, { connection, placed, batch });
    try {
      return await batch.outcomes;
    } finally {
      deadline.cancel();
    }
  };

  return createClosableSender({
    send,
    closedError: () => new RabbitTransportError('closed', 'The sender is closed.'),
    onClosed: () => lanes.close(),
  });
}

function renewLanesOf(targets: ReadonlyMap<ConfirmLane, Placed[]>, unconfirmed: ReadonlySet<number>): void {
  for (const [lane, placed] of targets) {
    if (placed.some(({ index }) => unconfirmed.has(index))) lane.renew();
  }
}

interface LaneBatch {
  readonly connection: ManagedConnection;
  readonly placed: readonly Placed[];
  readonly batch: PendingBatch;
}

/** Never rejects. In one turn from the open channel to the last publish, so that a call does not mix with another one's order. */
async function publishAll(lane: ConfirmLane, { connection, placed, batch }: LaneBatch): Promise<void> {
  let channel: LaneChannel;
  try {
    await whenUnblocked(connection);
    channel = await lane.open();
  } catch (error) {
    for (const { index } of placed) batch.settle(index, { status: 'rejected', error });
    return;
  }
  for (const { index, message, routingKey } of placed) {
    if (!batch.begin(index)) return;
    channel.publish({ message, routingKey, settle: (outcome) => batch.settle(index, outcome) });
  }
}

/** What is published behind a memory alarm would only fill the socket; whoever waits too long here is told by the deadline. */
function whenUnblocked(connection: ManagedConnection): Promise<void> {
  if (!connection.isBlocked()) return Promise.resolve();
  return new Promise((resolve) => {
    const forget = connection.onUnblocked(() => {
      forget();
      resolve();
    });
  });
}

function overdue(hasBegun: boolean, isBlocked: boolean): SendOutcome {
  if (hasBegun) {
    const text = 'No confirm came within publishTimeoutMs; the message may have been accepted.';
    return { status: 'unknown', error: new RabbitTransportError('confirm-missing', text) };
  }
  const error = isBlocked
    ? new RabbitTransportError('blocked', 'RabbitMQ takes no publishes at present (memory or disk alarm).')
    : new RabbitTransportError('connection-lost', 'No connection to RabbitMQ could be had within publishTimeoutMs.');
  return { status: 'rejected', error };
}
