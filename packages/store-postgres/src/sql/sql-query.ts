/** One row, by column name. Whole numbers come as the text that the statement has cast them to; `bytea` as bytes. */
export type SqlRow = Readonly<Record<string, unknown>>;

export interface SqlResult {
  readonly rows: readonly SqlRow[];
}

/**
 * The least that the store needs of a connection, so that any client can stand behind it. All parameters of the store's own statements are
 * texts (lists travel as one JSON text): every library carries those alike.
 */
export type SqlQuery = (text: string, values?: readonly unknown[]) => Promise<SqlResult>;

export interface SqlStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Runs statements in one round trip, in their order, up to the first that fails, and answers how many rows each has changed. None may depend on
 * rows that another has changed: whether it sees them is left open.
 */
export type SqlChange = (statements: readonly SqlStatement[]) => Promise<readonly number[]>;
