import type { SqlQuery } from '../sql/sql-query.ts';

/** Finds the id up to which the outbox is closed: no transaction that is still open can bring a row there. */
export interface ClosedMark {
  /** Which start of which server the mark is of; `undefined` before the first `advance` and after `forget`. */
  readonly server: () => string | undefined;
  /** Asks the server, and answers with the mark; 0 while none is known. Calls must not overlap. */
  readonly advance: (query: SqlQuery) => Promise<number>;
  readonly forget: () => void;
}

interface Mark {
  readonly server: string | undefined;
  readonly closed: number;
  readonly pending: Pending | undefined;
}

interface Pending {
  readonly lastId: number;
  /** Every transaction that had taken an id up to `lastId` began to write before this one. */
  readonly xact: bigint;
}

const unknown: Mark = { server: undefined, closed: 0, pending: undefined };

/**
 * Every writer gets its transaction id before its rows get theirs (see `enqueue-drafts.ts`). So a transaction id that is given after the last
 * row id was read is younger than all writers of ids up to it, and once nobody older is left, nothing can come there. The oldest
 * writing transaction of the server decides: while somebody keeps one open, the mark stays where it is.
 */
export function createClosedMark(schema: string): ClosedMark {
  const statement = markStatement(schema);
  let mark = unknown;
  return {
    server: () => mark.server,
    advance: async (query) => {
      const [row = {}] = (await query(statement)).rows;
      const server = String(row['server']);
      const { closed, pending } = mark.server === server ? mark : unknown;
      const isOpen = pending !== undefined && BigInt(String(row['oldest'])) < pending.xact;
      mark = isOpen
        ? { server, closed, pending }
        : {
            server,
            closed: pending?.lastId ?? 0,
            pending: { lastId: Number(row['last_id']), xact: BigInt(String(row['xact'])) },
          };
      return mark.closed;
    },
    forget: () => {
      mark = unknown;
    },
  };
}

/** The last id is read before the transaction gets its own: `materialized` keeps it so. */
const markStatement = (schema: string): string => `
with last as materialized (
  select case when is_called then last_value else 0 end as id from ${schema}.outbox_id_seq
)
select l.id::text as last_id, pg_current_xact_id()::text as xact,
  pg_snapshot_xmin(pg_current_snapshot())::text as oldest, pg_postmaster_start_time()::text as server
from last l`;
