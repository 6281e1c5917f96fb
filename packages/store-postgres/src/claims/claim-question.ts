import type { Claim, ClaimOutcome } from '@waybill/core/driver';
import type { SqlRow } from '../sql/sql-query.ts';

/** What one kind puts into the statement, and what it makes of the rows that come back. */
export interface ClaimQuestion<Ask> {
  /** Records for `json_to_recordset`; `n` is the place in this list. */
  readonly records: readonly object[];
  /** Answers what can be answered, and gives back what must be asked again. */
  readonly settle: (rows: readonly SqlRow[], changes: CursorChange[]) => readonly Ask[];
}

/** A cursor that this transaction holds and that the statement could not move by itself. */
export interface CursorChange {
  readonly scope: string;
  readonly channel: string;
  readonly key: string;
  readonly epoch: string;
  readonly last: number;
  readonly since: number | undefined;
}

/** One claim with the place where its answer goes. */
export interface Asked<Kind extends Claim> {
  readonly claim: Kind;
  readonly answer: (outcome: ClaimOutcome) => void;
}
