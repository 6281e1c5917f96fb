import type { MemoryDelivery } from './memory-delivery.ts';

/**
 * What one receiver holds, by the end of the lease. Leases of one receiver are nearly always given in the order in which
 * they end, so a new one belongs at the end and nothing needs a heap.
 */
export class LeaseList {
  #first: MemoryDelivery | undefined = undefined;
  #last: MemoryDelivery | undefined = undefined;

  get first(): MemoryDelivery | undefined {
    return this.#first;
  }

  get last(): MemoryDelivery | undefined {
    return this.#last;
  }

  get endsFirstAtMs(): number {
    return this.#first?.leaseUntilMs ?? Infinity;
  }

  /** Looks for its place from `near` on: by default the end, for one of many the place of the one before. */
  add(delivery: MemoryDelivery, near: MemoryDelivery | undefined = this.#last): void {
    let before = near;
    while (before !== undefined && before.leaseUntilMs > delivery.leaseUntilMs) before = before.previous;
    let after = before === undefined ? this.#first : before.next;
    while (after !== undefined && after.leaseUntilMs <= delivery.leaseUntilMs) {
      before = after;
      after = after.next;
    }
    delivery.previous = before;
    delivery.next = after;
    if (before === undefined) this.#first = delivery;
    else before.next = delivery;
    if (after === undefined) this.#last = delivery;
    else after.previous = delivery;
  }

  remove(delivery: MemoryDelivery): void {
    const { previous, next } = delivery;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    delivery.previous = undefined;
    delivery.next = undefined;
  }
}
