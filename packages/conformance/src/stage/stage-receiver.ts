import type { Delivery, Receipt, SettleOutcome, Settlement, TransportReceiver } from '@waybill/core/driver';
import { check } from '../harness/check.ts';
import type { World } from '../harness/world.ts';

/** A receiver that writes the ledger, and asks in the way cases do. */
export interface StageReceiver extends TransportReceiver {
  readonly consumerId: string;
  /** What the driver said is no longer ours. */
  readonly lost: readonly Receipt[];
  /** Up to `count`, as soon as they are there; fewer when no more has come within `waitMs` (default: the harness's patience). */
  readonly take: (count: number, waitMs?: number) => Promise<readonly Delivery[]>;
  /** Exactly one. @throws ConformanceFailure when none comes */
  readonly takeOne: () => Promise<Delivery>;
  /** Notes the start; the answer settles as said. */
  readonly begin: (delivery: Delivery) => (action: 'accept' | 'release', delayMs?: number) => Promise<SettleOutcome>;
  readonly accept: (...deliveries: readonly Delivery[]) => Promise<void>;
  /** Takes and accepts until nothing has come for a while. */
  readonly acceptAll: () => Promise<void>;
  readonly release: (delivery: Delivery, delayMs?: number) => Promise<SettleOutcome>;
}

export function createStageReceiver(
  world: World,
  receiver: TransportReceiver,
  consumerId: string,
  lost: readonly Receipt[],
): StageReceiver {
  const { clock, ledger, harness } = world;

  const take = async (count: number, waitMs = harness.timing.patienceMs): Promise<readonly Delivery[]> => {
    const deliveries: Delivery[] = [];
    const controller = new AbortController();
    const timer = clock.after(waitMs, () => {
      controller.abort();
    });
    try {
      while (deliveries.length < count && !controller.signal.aborted) {
        deliveries.push(...(await receiver.receiveBatch(count - deliveries.length, controller.signal)));
      }
    } finally {
      timer.cancel();
    }
    return deliveries;
  };

  const begin: StageReceiver['begin'] = (delivery) => {
    const { message, attempt, receipt } = delivery;
    const end = ledger.deliver({ consumerId, pid: process.pid, messageId: message.id, key: message.key, attempt });
    return async (action, delayMs = 0) => {
      const settlement: Settlement = action === 'accept' ? { receipt, action } : { receipt, action, delayMs };
      // Accepted is what the handler decided: noted before the broker hears of it, so that a crash between cannot hide it.
      end(action === 'accept' ? 'accepted' : 'released');
      const [outcome] = await receiver.settleBatch([settlement]);
      check(outcome !== undefined, 'settleBatch answers for each settlement');
      return outcome;
    };
  };

  const accept: StageReceiver['accept'] = async (...deliveries) => {
    for (const delivery of deliveries) await begin(delivery)('accept');
  };

  const acceptAll = async (): Promise<void> => {
    const quietMs = harness.timing.settleMs * 5;
    for (let got = await take(50, quietMs); got.length > 0; got = await take(50, quietMs)) await accept(...got);
  };

  return {
    ...receiver,
    consumerId,
    lost,
    take,
    takeOne: async () => {
      const [delivery] = await take(1);
      check(delivery !== undefined, 'a message that is there is delivered');
      return delivery;
    },
    begin,
    accept,
    acceptAll,
    release: (delivery, delayMs) => begin(delivery)('release', delayMs),
  };
}
