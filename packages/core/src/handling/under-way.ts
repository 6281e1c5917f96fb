import type { Receipt } from '../driver/index.ts';
import type { HeldDelivery } from './held-delivery.ts';

export interface UnderWayOptions {
  /** Those of them that are held. */
  readonly find: (receipts: readonly Receipt[]) => readonly HeldDelivery[];
  readonly lose: (held: readonly HeldDelivery[]) => void;
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
  /** Of what is not here yet. It comes with the next deliveries: one receive is under way at a time. */
  const early = { lost: new Set<Receipt>(), graces: new Map<Receipt, number>() };
  return {
    lost: (receipts) => {
      const here = find(receipts);
      if (here.length < receipts.length) for (const receipt of receipts) early.lost.add(receipt);
      lose(here);
    },
    recalled: (receipts, graceMs) => {
      const here = find(receipts);
      if (here.length < receipts.length) for (const receipt of receipts) early.graces.set(receipt, graceMs);
      recall(here, graceMs);
    },
    arrived: (taken) => {
      if (early.lost.size + early.graces.size === 0) return;
      lose(taken.filter(({ delivery }) => early.lost.has(delivery.receipt)));
      for (const held of taken) {
        const graceMs = early.graces.get(held.delivery.receipt);
        if (graceMs !== undefined && !held.lost) recall([held], graceMs);
      }
      early.lost.clear();
      early.graces.clear();
    },
  };
}
