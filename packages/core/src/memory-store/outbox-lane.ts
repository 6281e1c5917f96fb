import { OrderedList } from './ordered-list.ts';
import type { StoredRow } from './stored-row.ts';

/**
 * The rows of one channel in one bucket. The rows of a key that somebody had to skip lie aside, in a list of their own, so that they
 * are walked over once and never again.
 */
export class OutboxLane {
  readonly main: OrderedList<StoredRow> = new OrderedList();
  readonly #aside = new Map<string, OrderedList<StoredRow>>();

  get isEmpty(): boolean {
    return this.main.size === 0 && this.#aside.size === 0;
  }

  get aside(): ReadonlyMap<string, OrderedList<StoredRow>> {
    return this.#aside;
  }

  add(row: StoredRow): void {
    const aside = row.key === undefined ? undefined : this.#aside.get(row.key);
    (aside ?? this.main).add(row.rowId, row);
  }

  delete({ rowId, key }: StoredRow): void {
    const aside = key === undefined ? undefined : this.#aside.get(key);
    if (key !== undefined && aside !== undefined && aside.delete(rowId)) {
      if (aside.size === 0) this.#aside.delete(key);
      return;
    }
    this.main.delete(rowId);
  }

  /** Moves rows of the main list to those of their keys. */
  setAside(rows: readonly StoredRow[]): void {
    for (const row of rows) {
      if (row.key === undefined) continue;
      this.main.delete(row.rowId);
      this.#asideFor(row.key).add(row.rowId, row);
    }
  }

  setKeyAside(key: string): void {
    this.setAside([...this.main.itemsAfter(-1)].filter((row) => row.key === key));
  }

  #asideFor(key: string): OrderedList<StoredRow> {
    const known = this.#aside.get(key);
    if (known !== undefined) return known;
    const created = new OrderedList<StoredRow>();
    this.#aside.set(key, created);
    return created;
  }
}
