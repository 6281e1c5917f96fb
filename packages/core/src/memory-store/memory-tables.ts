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
  const get = <Row>(name: string, key: string): Row | undefined => {
    requireOpen();
    return rowOf<Row>(working.get(name, key));
  };
  const put = (name: string, key: string, row: unknown): void => {
    requireOpen();
    working.set(name, key, isolateRow(row));
  };
  const scan = <Row>(name: string, predicate: (row: Row, key: string) => boolean): readonly Row[] => {
    requireOpen();
    const visible = new Map<string, StoredRow | undefined>([...tables.group(name), ...working.touchedIn(name)]);
    const rows: Row[] = [];
    for (const [key, stored] of visible) {
      if (stored === undefined || !predicate(rowOf<Row>(stored) as Row, key)) continue;
      // From here on the transaction depends on this row.
      rows.push(get<Row>(name, key) as Row);
    }
    return rows;
  };
  return {
    table: <Row>(name: string): MemoryTable<Row> => ({
      get: (key) => get<Row>(name, key),
      put: (key, row) => put(name, key, row),
      insert: (key, row) => {
        if (get(name, key) !== undefined) throw memoryError('unique-violation', `${name} has a row ${key} already.`);
        put(name, key, row);
      },
      delete: (key) => {
        requireOpen();
        working.set(name, key, undefined);
      },
      scan: (predicate = () => true) => scan<Row>(name, predicate),
    }),
  };
}

/** Whoever names a table knows its rows, as with a real database. */
const rowOf = <Row>(stored: StoredRow | undefined): Row | undefined =>
  stored === undefined ? undefined : (readRow(stored) as Row);
