import type { Delivery, Receipt, ReceiverOptions } from '@waybill/core/driver';
import type { WireDelivery } from './requests.ts';

/** What a receiver holds on its present connection. */
export interface Holdings {
  /** How many have arrived that nobody has taken yet. */
  readonly early: number;
  readonly add: (deliveries: readonly WireDelivery[]) => void;
  readonly take: (limit: number) => readonly Delivery[];
  /** The number of a receipt at the host; `undefined` when it is not held. */
  readonly numberOf: (receipt: Receipt) => number | undefined;
  readonly settle: (receipt: Receipt) => void;
  readonly isSettled: (receipt: Receipt) => boolean;
  /** Tells the owner of those that it knows. */
  readonly lose: (numbers: readonly number[]) => void;
  readonly loseAll: () => void;
  /** Forgets everything and tells nobody. */
  readonly drop: () => void;
}

export function createHoldings(onLost: ReceiverOptions['onLost']): Holdings {
  const receipts = new Map<number, Receipt>();
  const numbers = new Map<Receipt, number>();
  const settled = new WeakSet<Receipt>();
  let early: Delivery[] = [];

  const forget = (receipt: Receipt): void => {
    receipts.delete(numbers.get(receipt) ?? 0);
    numbers.delete(receipt);
  };

  const lose = (lost: readonly number[]): void => {
    const gone = new Set(lost.flatMap((number) => receipts.get(number) ?? []));
    for (const receipt of gone) forget(receipt);
    for (const { receipt } of early) gone.delete(receipt);
    early = early.filter(({ receipt }) => numbers.has(receipt));
    if (gone.size > 0) onLost([...gone]);
  };

  return {
    get early() {
      return early.length;
    },
    add: (deliveries) => {
      for (const { receipt: number, ...delivery } of deliveries) {
        const receipt: Receipt = {};
        receipts.set(number, receipt);
        numbers.set(receipt, number);
        early.push({ ...delivery, receipt });
      }
    },
    take: (limit) => early.splice(0, limit),
    numberOf: (receipt) => numbers.get(receipt),
    settle: (receipt) => {
      forget(receipt);
      settled.add(receipt);
    },
    isSettled: (receipt) => settled.has(receipt),
    lose,
    loseAll: () => lose([...receipts.keys()]),
    drop: () => {
      receipts.clear();
      numbers.clear();
      early = [];
    },
  };
}
