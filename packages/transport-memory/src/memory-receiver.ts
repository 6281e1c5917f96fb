import type {
  Delivery,
  LeaseOutcome,
  Receipt,
  ReceiverOptions,
  SettleOutcome,
  Settlement,
  TransportReceiver,
} from '@waybill/core/driver';
import type { CallRate } from './broker/call-rate.ts';
import { createHolder } from './broker/holder.ts';
import type { Holder } from './broker/holder.ts';
import { MemoryDelivery } from './broker/memory-delivery.ts';
import type { MessageQueue } from './broker/message-queue.ts';
import { createUniformAnswer } from './broker/uniform-answer.ts';
import { createCallGate } from './call-gate.ts';
import { MemoryBrokerError } from './memory-error-codes.ts';
import type { QueueSemantics } from './profiles/queue-semantics.ts';
import type { BrokerClock } from './time/broker-clock.ts';

export interface MemoryReceiverOptions {
  readonly queue: MessageQueue;
  readonly clock: BrokerClock;
  readonly limits: Pick<QueueSemantics, 'receiveBatchMax' | 'pollMs' | 'leaseMsMax'>;
  readonly receiver: ReceiverOptions;
}

/** A receiver and the end of its process. */
export interface MemoryReceiver extends TransportReceiver {
  readonly abandon: () => void;
}

const settled: SettleOutcome = { status: 'settled' };
const lost: SettleOutcome = { status: 'lost' };

/** @throws MemoryBrokerError `illegal-lease` */
export function createMemoryReceiver(options: MemoryReceiverOptions): MemoryReceiver {
  const { queue, clock, limits, receiver } = options;
  checkLease(receiver.leaseMs, limits.leaseMsMax);
  const gate = createCallGate('receiver');
  const holder = createHolder(receiver.leaseMs, receiver.onLost);
  const seat: Seat = { queue, holder, limits };
  const allSettled = createUniformAnswer(settled);
  queue.attach(holder, clock.monotonic());

  /** The time of a call that is let in. */
  const enter = (rate: CallRate): number => {
    const nowMs = clock.monotonic();
    if (!rate.admits(nowMs)) throw new MemoryBrokerError('throttled', 'Too many calls of this kind to the queue.');
    queue.advance(nowMs);
    return nowMs;
  };

  const receive = (limit: number, signal: AbortSignal): readonly Delivery[] | Promise<readonly Delivery[]> => {
    if (holder.poll !== undefined) throw new MemoryBrokerError('illegal-call', 'A receive call is under way already.');
    if (signal.aborted) return [];
    const nowMs = enter(queue.rates.receive);
    const room = Math.min(limit, limits.receiveBatchMax);
    const deliveries = queue.take(holder, room, nowMs);
    return deliveries.length > 0 ? deliveries : wait(seat, room, signal, nowMs);
  };

  const settle = (settlements: readonly Settlement[]): readonly SettleOutcome[] => {
    const nowMs = enter(queue.rates.settle);
    let outcomes: SettleOutcome[] | undefined;
    for (const [index, settlement] of settlements.entries()) {
      const outcome = settleOne(seat, settlement, nowMs);
      if (outcome.status === 'settled') continue;
      outcomes ??= settlements.map(() => settled);
      outcomes[index] = outcome;
    }
    queue.serve(nowMs);
    return outcomes ?? allSettled(settlements.length);
  };

  return {
    receiveBatch: (limit, signal) => gate.pass(() => receive(limit, signal)),
    settleBatch: (settlements) => gate.pass(() => settle(settlements)),
    extendBatch: (receipts, leaseMs) =>
      gate.pass(() => {
        checkLease(leaseMs, limits.leaseMsMax);
        return extend(seat, receipts, leaseMs, enter(queue.rates.extend));
      }),
    close: async () => {
      if (gate.close()) queue.detach(holder, clock.monotonic());
    },
    abandon: () => {
      gate.abandon();
      queue.abandon(holder);
    },
  };
}

/** Where a receiver sits: its queue, and itself as the queue sees it. */
interface Seat {
  readonly queue: MessageQueue;
  readonly holder: Holder;
  readonly limits: MemoryReceiverOptions['limits'];
}

/** One listener per call that really waits; none per message. */
function wait(
  { queue, holder, limits }: Seat,
  limit: number,
  signal: AbortSignal,
  nowMs: number,
): Promise<readonly Delivery[]> {
  return new Promise((resolve) => {
    const stop = (): void => {
      queue.stopPoll(holder);
      resolve([]);
    };
    const end = (deliveries: readonly Delivery[]): void => {
      signal.removeEventListener('abort', stop);
      resolve(deliveries);
    };
    signal.addEventListener('abort', stop, { once: true });
    queue.startPoll(holder, { limit, untilMs: nowMs + limits.pollMs, end }, nowMs);
  });
}

function settleOne(seat: Seat, settlement: Settlement, nowMs: number): SettleOutcome {
  const delivery = ownDelivery(seat, settlement.receipt);
  if (delivery === undefined) return lost;
  const { leaseMsMax } = seat.limits;
  if (settlement.action === 'release' && !(settlement.delayMs <= leaseMsMax)) {
    return { status: 'failed', error: illegalLease(settlement.delayMs, leaseMsMax) };
  }
  return seat.queue.settle(delivery, settlement, nowMs);
}

function extend(seat: Seat, receipts: readonly Receipt[], leaseMs: number, nowMs: number): readonly LeaseOutcome[] {
  let near: MemoryDelivery | undefined;
  return receipts.map((receipt) => {
    const delivery = ownDelivery(seat, receipt);
    if (delivery === undefined) return 'lost';
    const outcome = seat.queue.extend(delivery, leaseMs, nowMs, near);
    if (outcome === 'extended') near = delivery;
    return outcome;
  });
}

/** A receipt means something only to the receiver that got it. */
function ownDelivery({ holder }: Seat, receipt: Receipt): MemoryDelivery | undefined {
  return receipt instanceof MemoryDelivery && receipt.holder === holder ? receipt : undefined;
}

function checkLease(leaseMs: number, leaseMsMax: number): void {
  if (!(leaseMs >= 0 && leaseMs <= leaseMsMax)) throw illegalLease(leaseMs, leaseMsMax);
}

function illegalLease(leaseMs: number, leaseMsMax: number): MemoryBrokerError {
  return new MemoryBrokerError('illegal-lease', `A lease of ${leaseMs} ms; 0 to ${leaseMsMax} ms are possible.`);
}
