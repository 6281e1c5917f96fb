import type { Receipt } from '../driver/index.ts';
import type { HeldDelivery } from './held-delivery.ts';

export interface UnderWayOptions {
  /** Those of them that are held. */
  readonly find: (receipts: readonly Receipt[]) => readonly HeldDelivery[];
  readonly lose: (held: HeldDelivery) => void;
  readonly recall: (held: readonly HeldDelivery[], graceMs: number) => void;
}

/** What a receiver says of its deliveries, also of those that it has handed out and that have not arrived here. */
export interface UnderWay {
  readonly lost: (receipts: readonly Receipt[]) => void;
  readonly recalled: (receipts: readonly Receipt[], graceMs: number) => void;
  /** Call when they are held, and before any of them can begin. */
  readonly arrived: (taken: readonly HeldDelivery[]) => void;
}

/**
 * A receiver hands out in one turn and is heard a few promises later. What it loses in between belongs to another consumer already: begun here it
 * would overtake the earlier ones of its key, which were lost with it.
 */
export function createUnderWay({ find, lose, recall }: UnderWayOptions): UnderWay {
  const lostReceipts = new WeakSet<Receipt>();
  const graces = new WeakMap<Receipt, number>();
  return {
    lost: (receipts) => {
      for (const receipt of receipts) lostReceipts.add(receipt);
      for (const held of find(receipts)) lose(held);
    },
    recalled: (receipts, graceMs) => {
      for (const receipt of receipts) graces.set(receipt, graceMs);
      recall(find(receipts), graceMs);
    },
    arrived: (taken) => {
      for (const held of taken) {
        const { receipt } = held.delivery;
        const graceMs = graces.get(receipt);
        if (lostReceipts.has(receipt)) lose(held);
        else if (graceMs !== undefined) recall([held], graceMs);
      }
    },
  };
}
