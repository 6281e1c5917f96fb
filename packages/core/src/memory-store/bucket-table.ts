import type { BucketGrant, BucketLease, BucketRequest } from '../driver/index.ts';

interface Bucket {
  owner: string;
  token: number;
  leaseUntilMs: number;
}

/** Who may send the rows of which bucket, by the store's own monotonic time. */
export class BucketTable {
  readonly #buckets: readonly Bucket[];
  /** When each relay was last here, and how long that counts. */
  readonly #relays = new Map<string, number>();

  constructor(count: number) {
    this.#buckets = Array.from({ length: count }, () => ({ owner: '', token: 0, leaseUntilMs: -Infinity }));
  }

  get count(): number {
    return this.#buckets.length;
  }

  isCurrent({ bucket, token }: BucketLease): boolean {
    return this.#buckets[bucket]?.token === token;
  }

  lease(request: BucketRequest, nowMs: number): BucketGrant {
    const leases = this.#renew(request, nowMs);
    this.#take(request, nowMs, leases);
    return {
      leases: leases.toSorted((left, right) => left.bucket - right.bucket),
      relays: this.#count(request, nowMs),
    };
  }

  /** What is held beyond the wanted number is free at once. */
  #renew({ owner, bucketsMax, leaseMs }: BucketRequest, nowMs: number): BucketLease[] {
    const leases: BucketLease[] = [];
    for (const [bucket, record] of this.#buckets.entries()) {
      if (record.owner !== owner || record.leaseUntilMs <= nowMs) continue;
      if (leases.length < bucketsMax) {
        record.leaseUntilMs = nowMs + leaseMs;
        leases.push({ bucket, token: record.token });
      } else {
        record.leaseUntilMs = -Infinity;
      }
    }
    return leases;
  }

  #take({ owner, bucketsMax, leaseMs }: BucketRequest, nowMs: number, leases: BucketLease[]): void {
    for (const [bucket, record] of this.#buckets.entries()) {
      if (leases.length >= bucketsMax) return;
      if (record.leaseUntilMs > nowMs) continue;
      // Also for whoever had it last: somebody else may have had it in between.
      record.token += 1;
      record.owner = owner;
      record.leaseUntilMs = nowMs + leaseMs;
      leases.push({ bucket, token: record.token });
    }
  }

  #count({ owner, bucketsMax, leaseMs }: BucketRequest, nowMs: number): number {
    if (bucketsMax === 0) this.#relays.delete(owner);
    else this.#relays.set(owner, nowMs + leaseMs);
    for (const [name, untilMs] of this.#relays) if (untilMs <= nowMs) this.#relays.delete(name);
    return this.#relays.size;
  }
}
