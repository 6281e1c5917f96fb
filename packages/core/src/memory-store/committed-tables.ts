import { readRow } from './isolated-row.ts';
import type { MemoryStoreState } from './memory-store-state.ts';

/** Committed rows, to be looked at from outside any transaction: for tests and reports. */
export interface CommittedTables {
  readonly table: <Row>(name: string) => CommittedTable<Row>;
}

export interface CommittedTable<Row> {
  readonly size: number;
  readonly get: (key: string) => Row | undefined;
  /** In the order in which their keys came. */
  readonly rows: () => readonly Row[];
}

export function committedTables({ tables }: Pick<MemoryStoreState, 'tables'>): CommittedTables {
  return {
    table: <Row>(name: string): CommittedTable<Row> => ({
      get size() {
        return tables.group(name).size;
      },
      get: (key) => readRow(tables.get(name, key)) as Row | undefined,
      rows: () => [...tables.group(name).values()].map((stored) => readRow(stored) as Row),
    }),
  };
}
