import type { Receipt, TransportDriver, TransportReceiver } from '@waybill/core/driver';
import type { WorkerCounts } from './worker-protocol.ts';

/** Counts what passes a driver on its way to the bus and back. */
export interface HeldCount {
  readonly watch: (transport: TransportDriver) => TransportDriver;
  readonly refuse: () => void;
  /** The bus is gone, and with it all that it held. */
  readonly letGo: () => void;
}

/** `tell` hears of every delivery before the bus does: a process that is killed has told what it held. */
export function createHeldCount(tell: (counts: WorkerCounts) => void): HeldCount {
  const held = new Set<Receipt>();
  let received = 0;
  let refused = 0;
  const tellAll = (): void => tell({ received, held: held.size, refused });
  const forget = (receipts: readonly Receipt[]): void => {
    for (const receipt of receipts) held.delete(receipt);
    tellAll();
  };

  const watchReceiver = (receiver: TransportReceiver): TransportReceiver => ({
    receiveBatch: async (limit, signal) => {
      const deliveries = await receiver.receiveBatch(limit, signal);
      if (deliveries.length === 0) return deliveries;
      received += deliveries.length;
      for (const { receipt } of deliveries) held.add(receipt);
      tellAll();
      return deliveries;
    },
    settleBatch: async (settlements) => {
      const outcomes = await receiver.settleBatch(settlements);
      forget(settlements.map(({ receipt }) => receipt));
      return outcomes;
    },
    extendBatch: (receipts, leaseMs) => receiver.extendBatch(receipts, leaseMs),
    close: () => receiver.close(),
  });

  return {
    watch: (transport) => ({
      ...transport,
      openReceiver: async (subscription, options) => {
        const onLost = (receipts: readonly Receipt[]): void => {
          forget(receipts);
          options.onLost(receipts);
        };
        return watchReceiver(await transport.openReceiver(subscription, { ...options, onLost }));
      },
    }),
    refuse: () => {
      refused += 1;
    },
    letGo: () => forget([...held]),
  };
}
