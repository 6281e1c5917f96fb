import type { OutboxRow } from '@waybill/core/driver';
import type { SqlRow } from '../sql/sql-query.ts';
import { fromBodyColumns } from './body-columns.ts';
import { fromEnvelopeText } from './envelope-text.ts';

/** As `read-statements.ts` casts it. */
interface ReadRow {
  readonly id: string;
  readonly sequence: string | null;
  readonly epoch: string | null;
  readonly envelope: string;
}

/** The row of an answer that stands for none of the outbox, see `read-statements.ts`. */
export const isHead = ({ id }: SqlRow): boolean => id === null;

/**
 * Rows as core knows them, in order of their ids: SQL promises none behind `union all`.
 * @param epoch of the rows that name none
 */
export const outboxRowsOf = (found: readonly SqlRow[], epoch: string): readonly OutboxRow[] =>
  found.map((row) => outboxRowOf(row, epoch)).toSorted((left, right) => left.rowId - right.rowId);

function outboxRowOf(row: SqlRow, present: string): OutboxRow {
  const { id: rowId, sequence, epoch, envelope } = row as unknown as ReadRow;
  const { kind, channel, id, key, deduplicationKey, headers, bucket, delayMs = 0 } = fromEnvelopeText(envelope);
  return {
    rowId: Number(rowId),
    bucket,
    address: { kind, channel },
    id,
    key,
    deduplicationKey,
    headers,
    body: fromBodyColumns(row),
    delayMs,
    sequence: sequence === null ? undefined : Number(sequence),
    epoch: epoch ?? present,
  };
}
