import type { SubscriptionAddress, TransportDriver, TransportReceiver } from '@waybill/core/driver';
import { groupNameOf } from './topology.ts';

/**
 * What receivers have handed out and nobody has settled, counted where drivers meet their users: a broker of Kafka knows nothing of it. What a
 * process of its own holds is not seen here.
 */
export interface HandedOut {
  readonly watch: (driver: TransportDriver) => TransportDriver;
  readonly count: (subscription: SubscriptionAddress) => number;
}

/** The receipts of one receiver. */
type Held = Set<object>;

export function createHandedOut(): HandedOut {
  const byGroup = new Map<string, Set<Held>>();

  const open = (subscription: SubscriptionAddress): { readonly held: Held; readonly end: () => void } => {
    const group = groupNameOf(subscription);
    const all = byGroup.get(group) ?? new Set<Held>();
    byGroup.set(group, all);
    const held: Held = new Set();
    all.add(held);
    return { held, end: () => void all.delete(held) };
  };

  return {
    count: (subscription) => {
      const all = byGroup.get(groupNameOf(subscription)) ?? new Set<Held>();
      return [...all].reduce((total, { size }) => total + size, 0);
    },
    watch: (driver) => ({
      ...driver,
      openReceiver: async (subscription, options) => {
        const { held, end } = open(subscription);
        const onLost: typeof options.onLost = (receipts) => {
          for (const receipt of receipts) held.delete(receipt);
          options.onLost(receipts);
        };
        return watchReceiver(await driver.openReceiver(subscription, { ...options, onLost }), held, end);
      },
    }),
  };
}

function watchReceiver(receiver: TransportReceiver, held: Held, end: () => void): TransportReceiver {
  return {
    ...receiver,
    receiveBatch: async (limit, signal) => {
      const deliveries = await receiver.receiveBatch(limit, signal);
      for (const { receipt } of deliveries) held.add(receipt);
      return deliveries;
    },
    settleBatch: async (settlements) => {
      const outcomes = await receiver.settleBatch(settlements);
      for (const [at, { status }] of outcomes.entries()) {
        const settlement = settlements[at];
        if (settlement !== undefined && status !== 'failed') held.delete(settlement.receipt);
      }
      return outcomes;
    },
    close: async () => {
      end();
      await receiver.close();
    },
  };
}
