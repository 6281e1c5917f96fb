import { createDoorbell, takeFairly } from '@waybill/core/driver';
import type {
  Delivery,
  LeaseOutcome,
  Receipt,
  ReceiverOptions,
  SettleOutcome,
  Settlement,
  TransportReceiver,
} from '@waybill/core/driver';
import { KafkaTransportError } from '../kafka-error.ts';
import { heldBy } from './held-record.ts';
import { createMemberReport } from './member-report.ts';
import { createMembership } from './membership.ts';
import type { MembershipOptions } from './membership.ts';
import type { PartitionHolding } from './partition-holding.ts';
import type { PartitionQueue } from './partition-queue.ts';

/** The contract's longest wait of one receive. */
const waitMsMax = 20_000;

export interface KafkaReceiverOptions extends Omit<MembershipOptions, 'onLost' | 'onArrival' | 'onFailure'> {
  readonly receiver: ReceiverOptions;
}

export interface KafkaReceiver extends TransportReceiver {
  /** Of every partition that is assigned now. */
  readonly holdings: () => readonly PartitionHolding[];
}

/**
 * One member of the group, and what it has read. A delivery lasts as long as its partition is assigned: the broker is told nothing about one
 * of them, only how far a partition is finished. Resolves when the member is on its way into the group.
 */
export async function openKafkaReceiver(options: KafkaReceiverOptions): Promise<KafkaReceiver> {
  const { clock, receiver } = options;
  const doorbell = createDoorbell(clock);
  let closed: Promise<void> | undefined;
  let turn = 0;

  const membership = createMembership({
    ...options,
    onLost: receiver.onLost,
    onArrival: doorbell.ring,
    onFailure: (error) => {
      report.note(error);
      doorbell.ring();
    },
  });

  /** Told by the next receive, so that somebody hears of it. */
  const report = createMemberReport({ groupId: options.groupId, isIn: membership.isIn });

  const take = (limit: number): readonly Delivery[] => {
    if (!membership.mayHandOut()) return [];
    turn += 1;
    const taken = takeFairly(sourcesOf(membership.queues(), clock.monotonic()), limit, turn);
    if (taken.length > 0) membership.taken();
    return taken;
  };

  const receiveBatch = async (limit: number, signal: AbortSignal): Promise<readonly Delivery[]> => {
    const untilMs = clock.monotonic() + waitMsMax;
    for (;;) {
      if (signal.aborted) return [];
      if (closed !== undefined) throw new KafkaTransportError('closed', 'The receiver is closed.');
      report.raise();
      const deliveries = take(limit);
      if (deliveries.length > 0 || report.isSeenAgain()) return deliveries;
      const leftMs = untilMs - clock.monotonic();
      if (leftMs <= 0) {
        report.endOfWait();
        return [];
      }
      await doorbell.wait(Math.min(leftMs, msToNextDue(membership.queues(), clock.monotonic())), signal);
    }
  };

  const settleBatch = (settlements: readonly Settlement[]): readonly SettleOutcome[] => {
    const nowMs = clock.monotonic();
    const outcomes = settlements.map((settlement) => settle(settlement, nowMs));
    membership.settled();
    if (settlements.some(({ action }) => action === 'release')) doorbell.ring();
    return outcomes;
  };

  const close = (): Promise<void> => {
    doorbell.ring();
    return membership.leave();
  };

  await membership.join();
  return {
    receiveBatch,
    settleBatch: async (settlements) => settleBatch(settlements),
    extendBatch: async (receipts) => receipts.map((receipt) => leaseOf(receipt)),
    close: () => (closed ??= close()),
    holdings: () => membership.queues().map(({ holding }) => holding),
  };
}

function sourcesOf(queues: readonly PartitionQueue[], nowMs: number) {
  return queues.map((queue) => ({ take: (limit: number) => queue.take(limit, nowMs) }));
}

function settle(settlement: Settlement, nowMs: number): SettleOutcome {
  const record = heldBy(settlement.receipt);
  if (record === undefined) return { status: 'lost' };
  if (settlement.action === 'accept') record.owner.finish(record);
  else record.owner.release(record, nowMs + settlement.delayMs);
  return { status: 'settled' };
}

function leaseOf(receipt: Receipt): LeaseOutcome {
  return heldBy(receipt) === undefined ? 'lost' : 'extended';
}

function msToNextDue(queues: readonly PartitionQueue[], nowMs: number): number {
  const dueMs = queues.map((queue) => queue.nextDueMs);
  return Math.max(1, Math.min(...dueMs, Infinity) - nowMs);
}
