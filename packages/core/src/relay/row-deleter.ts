import type { BucketLease, Clock, OutboxRow, Random, StoreDriver } from '../driver/index.ts';
import { backoffDelay } from '../handling/retry-policy.ts';
import type { BucketLeases } from './bucket-leases.ts';
import { relayBackoff } from './relay-options.ts';

export interface RowDeleterOptions {
  readonly store: StoreDriver;
  readonly clock: Clock;
  readonly random: Random;
  readonly leases: BucketLeases;
  readonly stopping: AbortSignal;
}

/** Takes confirmed rows out of the outbox: one call at a time, with whatever was confirmed during the last. */
export class RowDeleter {
  readonly #options: RowDeleterOptions;
  #rows: OutboxRow[] = [];
  #deleting: Promise<void> | undefined = undefined;

  constructor(options: RowDeleterOptions) {
    this.#options = options;
  }

  add(rows: readonly OutboxRow[]): void {
    if (rows.length === 0) return;
    this.#rows.push(...rows);
    this.#deleting ??= this.#deleteAll();
  }

  /** Resolves when everything added so far is deleted, or left to whoever has its bucket by then. */
  async flushed(): Promise<void> {
    await this.#deleting;
  }

  async #deleteAll(): Promise<void> {
    while (this.#rows.length > 0) {
      const rows = this.#rows;
      this.#rows = [];
      await this.#delete(rows);
    }
    this.#deleting = undefined;
  }

  /** Deleting late costs repeats, giving up costs as many: so it is tried for as long as the rows are this relay's. */
  async #delete(rows: readonly OutboxRow[]): Promise<void> {
    const { store, clock, random, leases, stopping } = this.#options;
    const rowIds = rows.map(({ rowId }) => rowId);
    for (let tries = 1; ; tries += 1) {
      try {
        const count = await store.deleteOutbox({ rowIds, leases: leasesOf(rows, leases.leases) });
        if (count < rowIds.length) leases.hurry();
        return;
      } catch {
        if (stopping.aborted || !leases.isTrusted) return;
        await clock.sleep(backoffDelay(relayBackoff, tries, random), stopping);
      }
    }
  }
}

/** Those of the rows' buckets: the store reads each of them. */
function leasesOf(rows: readonly OutboxRow[], leases: readonly BucketLease[]): readonly BucketLease[] {
  const buckets = new Set(rows.map(({ bucket }) => bucket));
  return leases.filter(({ bucket }) => buckets.has(bucket));
}
