import type { HeldRecord } from './held-record.ts';

/** Records that were looked at and are not finished. */
export class OpenRecords {
  /** Still views of what the broker answered, in their order. */
  readonly #attached = new Set<HeldRecord>();
  /** Older ones, with bodies of their own. */
  readonly #detached = new Set<HeldRecord>();

  get size(): number {
    return this.#attached.size + this.#detached.size;
  }

  add(record: HeldRecord): void {
    this.#attached.add(record);
  }

  delete(record: HeldRecord): void {
    if (!this.#attached.delete(record)) this.#detached.delete(record);
  }

  /** The oldest first. */
  all(): readonly HeldRecord[] {
    return [...this.#detached, ...this.#attached];
  }

  oldest(): HeldRecord | undefined {
    for (const record of this.#detached) return record;
    for (const record of this.#attached) return record;
    return undefined;
  }

  /** What was taken before so many bytes of the partition lets go of the answer that it came in. Walks over each record once. */
  detachBefore(bytesTaken: number): void {
    for (const record of this.#attached) {
      if (record.bytesTaken > bytesTaken) return;
      record.detach();
      this.#attached.delete(record);
      this.#detached.add(record);
    }
  }
}
