import type { OutboxRow } from '../driver/index.ts';

/** A row with what its age is told by. */
export interface StoredRow extends OutboxRow {
  readonly createdAtMs: number;
}
