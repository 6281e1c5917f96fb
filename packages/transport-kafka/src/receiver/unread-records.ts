import type { FetchedRecord } from '../client/kafka-member.ts';

/** Records as they came, fetch by fetch, and nobody has looked at them yet. */
export class UnreadRecords {
  readonly #fetches: (readonly FetchedRecord[])[] = [];
  /** Of the next one in the first fetch. */
  #index = 0;

  push(records: readonly FetchedRecord[]): void {
    if (records.length > 0) this.#fetches.push(records);
  }

  peek(): FetchedRecord | undefined {
    return this.#fetches[0]?.[this.#index];
  }

  shift(): FetchedRecord | undefined {
    const record = this.peek();
    if (record === undefined) return undefined;
    this.#index += 1;
    if (this.#index === this.#fetches[0]?.length) {
      this.#fetches.shift();
      this.#index = 0;
    }
    return record;
  }
}
