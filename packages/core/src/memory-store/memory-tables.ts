import { isolateRow, readRow } from './isolated-row.ts';
import type { StoredRow } from './isolated-row.ts';
import { memoryError } from './memory-error.ts';
import type { MemoryStoreState } from './memory-store-state.ts';
import type { WorkingMap } from './working-map.ts';

/** The user's own rows, inside one transaction. */
export interface MemoryTables {
  /** A table is there as soon as it is named; who names it says what its rows are. */
  readonly table: <Row>(name: string) => MemoryTable<Row>;
}

/**
 * Rows by key. They are copied in, and come out frozen: write a changed copy to change one. Every row that was read must still be the
 * same at the commit, else it fails with `write-conflict`; rows that come new into a `scan` are not noticed.
 */
export interface MemoryTable<Row> {
  readonly get: (key: string) => Row | undefined;
  readonly put: (key: string, row: Row) => void;
  /** @throws `unique-violation` when the key is there: the unique index of a real table */
  readonly insert: (key: string, row: Row) => void;
  readonly delete: (key: string) => void;
  readonly scan: (predicate?: (row: Row, key: string) => boolean) => readonly Row[];
}

export function createMemoryTables(
  { tables }: Pick<MemoryStoreState, 'tables'>,
  working: WorkingMap<StoredRow>,
  requireOpen: () => void,
): MemoryTables {
  const get = (name: string, key: string): unknown => {
    requireOpen();
    return readRow(working.get(name, key));
  };
  const put = (name: string, key: string, row: unknown): void => {
    requireOpen();
    working.set(name, key, isolateRow(row));
  };
  const scan = (name: string, predicate: (row: unknown, key: string) => boolean): readonly unknown[] => {
    requireOpen();
    const visible = new Map<string, StoredRow | undefined>([...tables.group(name), ...working.touchedIn(name)]);
    const rows: unknown[] = [];
    for (const [key, stored] of visible) {
      // Reading it through `get` makes the transaction depend on this row from here on.
      if (stored !== undefined && predicate(readRow(stored), key)) rows.push(get(name, key));
    }
    return rows;
  };
  return {
    // Whoever names a table knows its rows, as with a real database.
    table: <Row>(name: string): MemoryTable<Row> => ({
      get: (key) => get(name, key) as Row | undefined,
      put: (key, row) => put(name, key, row),
      insert: (key, row) => {
        if (get(name, key) !== undefined) throw memoryError('unique-violation', `${name} has a row ${key} already.`);
        put(name, key, row);
      },
      delete: (key) => {
        requireOpen();
        working.set(name, key, undefined);
      },
      scan: (predicate = () => true) =>
        scan(name, predicate as (row: unknown, key: string) => boolean) as readonly Row[],
    }),
  };
}
