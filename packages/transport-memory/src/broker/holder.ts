import type { Receipt } from '@waybill/core/driver';
import { LaneRing } from './lane-ring.ts';
import { LeaseList } from './lease-list.ts';
import type { MemoryDelivery } from './memory-delivery.ts';

/** One receiver as its queue sees it. */
export interface Holder {
  readonly leaseMs: number;
  readonly leases: LeaseList;
  /** Lanes that only this receiver may be served from, because it holds something of them. */
  readonly ring: LaneRing;
  /** Told of receipts that were taken away; a dead process is told nothing. */
  onLost: (receipts: readonly Receipt[]) => void;
  /** The receive call that waits, if one does. */
  poll: Poll | undefined;
  /** Its process died without a word. */
  isAbandoned: boolean;
}

export interface Poll {
  readonly limit: number;
  readonly untilMs: number;
  readonly end: (deliveries: readonly MemoryDelivery[]) => void;
}

export function createHolder(leaseMs: number, onLost: Holder['onLost']): Holder {
  return { leaseMs, leases: new LeaseList(), ring: new LaneRing(), onLost, poll: undefined, isAbandoned: false };
}
