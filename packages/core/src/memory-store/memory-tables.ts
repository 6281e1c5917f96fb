import { Cells } from './cells.ts';
import { memoryError } from './memory-error.ts';
import type { MemoryStoreState } from './memory-store-state.ts';
import type { WorkingSet } from './working-set.ts';

/** The user's own rows, inside one transaction. Rows are copied in and out. */
export interface MemoryTables {
  readonly table: <Row>(name: string) => MemoryTable<Row>;
}

export interface MemoryTable<Row> {
  readonly get: (key: string) => Row | undefined;
  readonly put: (key: string, row: Row) => void;
  /** Fails when the key is there: the unique index of a real table. */
  readonly insert: (key: string, row: Row) => void;
  readonly delete: (key: string) => void;
  readonly scan: (predicate?: (row: Row, key: string) => boolean) => readonly Row[];
}

/** Committed rows, to be looked at from outside any transaction. */
export interface CommittedTables {
  readonly table: <Row>(name: string) => CommittedTable<Row>;
}

export interface CommittedTable<Row> {
  readonly get: (key: string) => Row | undefined;
  readonly rows: () => readonly Row[];
}

export function createMemoryTables(
  state: MemoryStoreState,
  working: WorkingSet,
  requireOpen: () => void,
): MemoryTables {
  return {
    table: <Row>(name: string): MemoryTable<Row> => {
      requireOpen();
      const cells = cellsOf<Row>(state, name);
      const put = (key: string, row: Row): void => {
        requireOpen();
        working.set(cells, key, structuredClone(row));
      };
      return {
        get: (key) => {
          requireOpen();
          return structuredClone(working.get(cells, key));
        },
        put,
        insert: (key, row) => {
          if (working.get(cells, key) !== undefined) {
            throw memoryError('unknown', `${name} has a row with the key ${key} already.`);
          }
          put(key, row);
        },
        delete: (key) => {
          requireOpen();
          working.set(cells, key, undefined);
        },
        scan: (predicate = () => true) => {
          requireOpen();
          const rows = working.entries(cells).filter(([key, row]) => predicate(row, key));
          return [...rows].map(([, row]) => structuredClone(row));
        },
      };
    },
  };
}

export function committedTables(state: MemoryStoreState): CommittedTables {
  return {
    table: <Row>(name: string): CommittedTable<Row> => {
      const cells = cellsOf<Row>(state, name);
      return {
        get: (key) => structuredClone(cells.get(key)),
        rows: () => [...cells.values()].map((row) => structuredClone(row)),
      };
    },
  };
}

/** Who names a table says what its rows are, as with a real database. */
function cellsOf<Row>(state: MemoryStoreState, name: string): Cells<Row> {
  const known = state.tables.get(name);
  if (known !== undefined) return known as Cells<Row>;
  const created = new Cells<Row>();
  state.tables.set(name, created);
  return created;
}
