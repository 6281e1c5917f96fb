import type { BucketLease, Clock, StoreDriver } from '../driver/index.ts';

export interface BucketLeasesOptions {
  readonly store: StoreDriver;
  readonly clock: Clock;
  readonly owner: string;
  readonly leaseMs: number;
}

/** A relay trusts its lease for so much of its time only: the rest covers a clock that runs differently, and a send under way. */
const trustedShare = 0.8;

/**
 * The buckets that one relay may send from, by its own monotonic clock. No lease stops a frozen relay for certain: what it sends
 * late are repeats, which the fence at the consumer absorbs.
 */
export class BucketLeases {
  readonly #options: BucketLeasesOptions;
  #leases: readonly BucketLease[] = [];
  #held: ReadonlySet<number> = new Set();
  #trustedUntilMs = -Infinity;
  #renewAtMs = -Infinity;
  #share = Infinity;

  constructor(options: BucketLeasesOptions) {
    this.#options = options;
  }

  get leases(): readonly BucketLease[] {
    return this.#leases;
  }

  holds(bucket: number): boolean {
    return this.#held.has(bucket) && this.#options.clock.monotonic() < this.#trustedUntilMs;
  }

  /** Renews when a third of the lease has passed. */
  async renewIfDue(): Promise<void> {
    if (this.#options.clock.monotonic() >= this.#renewAtMs) await this.#renew();
  }

  /** Gives everything up, so that others need not wait for the lease to end. */
  async giveUp(): Promise<void> {
    this.#hold([], -Infinity);
    const { store, owner, leaseMs } = this.#options;
    await store.leaseBuckets({ owner, leaseMs, bucketsMax: 0 });
  }

  async #renew(): Promise<void> {
    const { store, clock, owner, leaseMs } = this.#options;
    // The lease counts from before the request: its answer may have taken long.
    const askedAtMs = clock.monotonic();
    const { buckets } = store.capabilities.outbox;
    const { leases, relays } = await store.leaseBuckets({ owner, leaseMs, bucketsMax: Math.min(buckets, this.#share) });
    this.#share = Math.ceil(buckets / relays);
    this.#hold(leases, askedAtMs + leaseMs * trustedShare);
    const isTooMany = leases.length > this.#share;
    this.#renewAtMs = isTooMany ? -Infinity : askedAtMs + leaseMs / 3;
  }

  #hold(leases: readonly BucketLease[], trustedUntilMs: number): void {
    this.#leases = leases;
    this.#held = new Set(leases.map(({ bucket }) => bucket));
    this.#trustedUntilMs = trustedUntilMs;
  }
}
