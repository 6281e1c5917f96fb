import type { HeldDelivery } from './held-delivery.ts';

/**
 * The deliveries of one receive, which share one lease deadline: the unit in which leases are renewed. Kept per batch, because one
 * record per message would cost more than its handling.
 */
export interface HeldBatch {
  /** A settled or lost delivery leaves an empty place, so that its body can be freed. */
  readonly places: (HeldDelivery | undefined)[];
  open: number;
  /** Monotonic; renewed well before. */
  leaseUntilMs: number;
  isRenewing: boolean;
}
