import type { BucketGrant, BucketLease, Clock, OutboxRow, StoreDriver, Timer } from '../driver/index.ts';

export interface BucketLeasesOptions {
  readonly store: StoreDriver;
  readonly clock: Clock;
  readonly owner: string;
  readonly leaseMs: number;
  /** Other buckets may be used than before. */
  readonly onChanged: () => void;
  /** The store hints that rows were committed. */
  readonly onRows: () => void;
  /** The store can no longer hint, and why; or it can again. */
  readonly onHints: (error: unknown) => void;
  readonly onFailed: (error: unknown) => void;
}

/** A relay trusts its lease for so much of its time only: the rest covers a clock that runs differently, and a send under way. */
const trustedShare = 0.8;

/**
 * The buckets that one relay may send from, by its own monotonic clock. It wants no more than its share: what is beyond is first no
 * longer read, and given up when nothing of it is under way. No lease stops a frozen relay for certain: what it sends late are repeats,
 * which the fence at the consumer absorbs.
 */
export class BucketLeases {
  readonly #options: BucketLeasesOptions;
  readonly #buckets: number;
  /** In the order of their numbers. */
  #leases: readonly BucketLease[] = [];
  #usable: ReadonlySet<number> = new Set();
  #trustedUntilMs = -Infinity;
  #relays = 1;
  readonly #underWay = new Map<number, number>();
  #timer: Timer | undefined = undefined;
  #renewing: Promise<void> | undefined = undefined;
  #failures = 0;
  #hasAnswer = false;
  #isHinted = true;
  #isStopped = false;

  constructor(options: BucketLeasesOptions) {
    this.#options = options;
    this.#buckets = options.store.capabilities.outbox.buckets;
  }

  /** The store has answered at least once. */
  get hasAnswer(): boolean {
    return this.#hasAnswer;
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** With their tokens, for as long as the store may still know them. */
  get leases(): readonly BucketLease[] {
    return this.#leases;
  }

  get isTrusted(): boolean {
    return this.#options.clock.monotonic() < this.#trustedUntilMs;
  }

  /** Buckets that may be read and sent from now. */
  usable(): ReadonlySet<number> {
    return this.isTrusted ? this.#usable : nothing;
  }

  start(): void {
    this.#renewing ??= this.#renew();
  }

  /** Asks the store before it is time: something hints at a lost lease. */
  hurry(): void {
    if (this.#renewing !== undefined || this.#isStopped) return;
    this.#timer?.cancel();
    this.start();
  }

  began(rows: readonly OutboxRow[]): void {
    for (const { bucket } of rows) this.#underWay.set(bucket, (this.#underWay.get(bucket) ?? 0) + 1);
  }

  ended(rows: readonly OutboxRow[]): void {
    for (const { bucket } of rows) {
      const left = (this.#underWay.get(bucket) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(bucket);
      else this.#underWay.set(bucket, left);
    }
  }

  /** Gives everything up, so that others need not wait for the lease to end. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#renewing;
    if (!this.#hasAnswer) return;
    this.#leases = [];
    this.#usable = nothing;
    const { store, owner, leaseMs, onFailed } = this.#options;
    await store.leaseBuckets({ owner, leaseMs, bucketsMax: 0 }).catch(onFailed);
  }

  get #share(): number {
    return Math.ceil(this.#buckets / this.#relays);
  }

  async #renew(): Promise<void> {
    const { store, clock, owner, leaseMs, onRows, onFailed } = this.#options;
    // The lease counts from before the request: its answer may have taken long.
    const askedAtMs = clock.monotonic();
    try {
      const grant = await store.leaseBuckets({ owner, leaseMs, bucketsMax: this.#wanted(), onRows });
      this.#failures = 0;
      this.#hasAnswer = true;
      this.#take(grant, askedAtMs + leaseMs * trustedShare);
      this.#hear(grant);
    } catch (error) {
      this.#failures += 1;
      onFailed(error);
    }
    this.#renewing = undefined;
    if (!this.#isStopped) this.#timer = clock.after(this.#pauseMs(), () => this.start());
  }

  #wanted(): number {
    const beyond = this.#leases.slice(this.#share);
    const isDrained = beyond.every(({ bucket }) => !this.#underWay.has(bucket));
    return isDrained ? this.#share : this.#leases.length;
  }

  #take({ leases, relays }: BucketGrant, trustedUntilMs: number): void {
    const before = this.usable();
    this.#relays = Math.max(1, relays);
    this.#leases = leases.toSorted((left, right) => left.bucket - right.bucket);
    this.#usable = new Set(this.#leases.slice(0, this.#share).map(({ bucket }) => bucket));
    this.#trustedUntilMs = trustedUntilMs;
    if (before.symmetricDifference(this.#usable).size > 0) this.#options.onChanged();
  }

  /** Tells of a change only: a store that cannot hint says so with every answer. */
  #hear({ hintError }: BucketGrant): void {
    const isHinted = hintError === undefined;
    if (isHinted === this.#isHinted) return;
    this.#isHinted = isHinted;
    this.#options.onHints(hintError);
  }

  /** Soon while something is to be given up or to be had, else when a third of the lease has passed. */
  #pauseMs(): number {
    const { leaseMs } = this.#options;
    const surplus = this.#leases.length - this.#share;
    if (surplus > 0 || this.#failures > 0) return leaseMs / 20;
    return surplus < 0 ? leaseMs / 10 : leaseMs / 3;
  }
}

const nothing: ReadonlySet<number> = new Set();
