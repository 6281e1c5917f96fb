import type { OutboxRow } from '../driver/index.ts';

/** Committed outbox rows in id order. A late commit brings lower ids than rows that were read and deleted before. */
export class OutboxTable {
  /** Sorted; a deleted row leaves an empty place with its id until half of the table is empty. */
  #ids: number[] = [];
  #rows: (OutboxRow | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(row: OutboxRow): void {
    const last = this.#ids.at(-1);
    if (last === undefined || row.rowId > last) {
      this.#ids.push(row.rowId);
      this.#rows.push(row);
    } else {
      const place = this.#placeOf(row.rowId);
      this.#ids.splice(place, 0, row.rowId);
      this.#rows.splice(place, 0, row);
    }
    this.#size += 1;
  }

  get(rowId: number): OutboxRow | undefined {
    const place = this.#placeOf(rowId);
    return this.#ids[place] === rowId ? this.#rows[place] : undefined;
  }

  delete(rowId: number): boolean {
    const place = this.#placeOf(rowId);
    if (this.#ids[place] !== rowId || this.#rows[place] === undefined) return false;
    this.#rows[place] = undefined;
    this.#size -= 1;
    if (this.#size * 2 < this.#ids.length) this.#compact();
    return true;
  }

  *[Symbol.iterator](): Generator<OutboxRow> {
    for (const row of this.#rows) if (row !== undefined) yield row;
  }

  /** The first place whose id is not below. */
  #placeOf(rowId: number): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] ?? Infinity) < rowId) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compact(): void {
    this.#rows = this.#rows.filter((row) => row !== undefined);
    this.#ids = this.#rows.map((row) => row?.rowId ?? 0);
  }
}
