import type { Delivery, ReceiverOptions, Settlement, TransportReceiver } from '@waybill/core/driver';
import type { HeldRecord, Invocation } from './invocation.ts';
import { readRecord } from './read-record.ts';

/** Where the events of one subscription go in, and its receiver takes them out. */
export interface EventFeed {
  readonly add: (invocation: Invocation) => void;
  readonly remove: (invocation: Invocation) => void;
  /** What core has of the invocation is to come back; its handlers are aborted after `graceMs`. */
  readonly recall: (invocation: Invocation, graceMs: number) => void;
  /** The invocation is at its end, and with it the hold on what core still has. */
  readonly lose: (invocation: Invocation) => void;
  /** Somebody takes the events. */
  readonly isOpen: () => boolean;
  readonly openReceiver: (options: ReceiverOptions) => TransportReceiver;
}

export function createEventFeed(): EventFeed {
  const invocations = new Set<Invocation>();
  let receiver: ReceiverOptions | undefined;
  let wake: () => void = () => undefined;

  const take = (limit: number): readonly HeldRecord[] => {
    const taken: HeldRecord[] = [];
    for (const invocation of invocations) taken.push(...invocation.take(limit - taken.length));
    return taken;
  };

  const toDelivery = (held: HeldRecord): Delivery => ({ receipt: held, ...readRecord(held.record) });

  const settle = ({ receipt, action }: Settlement): { readonly status: 'settled' | 'lost' } => {
    // Core gives back the very receipts that it was given.
    const held = receipt as HeldRecord;
    return { status: held.invocation.settle(held, action) ? 'settled' : 'lost' };
  };

  const arrival = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const finish = (): void => {
        signal.removeEventListener('abort', finish);
        resolve();
      };
      wake = finish;
      signal.addEventListener('abort', finish, { once: true });
    });

  return {
    add: (invocation) => {
      invocations.add(invocation);
      wake();
    },
    remove: (invocation) => void invocations.delete(invocation),
    recall: (invocation, graceMs) => {
      invocation.stopHanding();
      receiver?.onRecall?.(invocation.held, graceMs);
    },
    lose: (invocation) => {
      const { held } = invocation;
      invocation.giveUp();
      receiver?.onLost(held);
    },
    isOpen: () => receiver !== undefined,
    openReceiver: (options) => {
      receiver = options;
      return {
        receiveBatch: async (limit, signal) => {
          while (!signal.aborted) {
            const taken = take(limit);
            if (taken.length > 0) return taken.map(toDelivery);
            await arrival(signal);
          }
          return [];
        },
        settleBatch: async (settlements) => {
          const outcomes = settlements.map(settle);
          wake();
          return outcomes;
        },
        // Nobody extends an invocation: the lease is its time.
        extendBatch: async (receipts) => receipts.map(() => 'extended'),
        close: async () => {
          receiver = undefined;
          for (const invocation of invocations) invocation.giveUp();
        },
      };
    },
  };
}
