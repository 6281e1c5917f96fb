import type { Delivery, Receipt, TransportMessage } from '@waybill/core/driver';
import type { Holder } from './holder.ts';
import type { QueuedMessage } from './queued-message.ts';

/**
 * A delivery and its own receipt in one object: a message that is delivered again gets a new one, so an old receipt can be
 * told from the latest. A class, because there are as many as messages.
 */
export class MemoryDelivery implements Delivery {
  readonly receipt: Receipt;
  readonly message: TransportMessage;
  readonly attempt: number;
  readonly enqueuedAtMs: number;
  readonly entry: QueuedMessage;
  readonly holder: Holder;
  readonly heldAtMs: number;
  leaseUntilMs: number;
  state: 'held' | 'settled' | 'lost' = 'held';

  /** Neighbours among what the holder has, by the end of the lease. */
  previous: MemoryDelivery | undefined = undefined;
  next: MemoryDelivery | undefined = undefined;

  constructor(entry: QueuedMessage, message: TransportMessage, holder: Holder, heldAtMs: number, leaseUntilMs: number) {
    this.receipt = this;
    this.message = message;
    this.attempt = entry.attempts;
    this.enqueuedAtMs = entry.enqueuedAtMs;
    this.entry = entry;
    this.holder = holder;
    this.heldAtMs = heldAtMs;
    this.leaseUntilMs = leaseUntilMs;
  }

  /** A message in memory is known by nothing but itself. */
  get origin(): undefined {
    return undefined;
  }
}
