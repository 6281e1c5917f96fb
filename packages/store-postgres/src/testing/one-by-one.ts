import type { Database } from '../sql/database.ts';

/** A database whose transactions have no more than `query`, as those of other libraries. */
export const oneByOne = (database: Database): Database => ({
  ...database,
  transaction: (work) => database.transaction(({ query, native }) => work({ query, native })),
});
