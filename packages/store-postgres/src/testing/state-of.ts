import type {
  Claim,
  ClaimOutcome,
  Completion,
  DeadLetterChange,
  DeadLetterPage,
  DeadLetterQuery,
} from '@waybill/core/driver';
import { createCompleteClaims } from '../claims/create-complete-claims.ts';
import { createMakeClaims } from '../claims/create-make-claims.ts';
import { createPruneInbox } from '../claims/create-prune-inbox.ts';
import type { PruneInbox } from '../claims/create-prune-inbox.ts';
import { createChangeDeadLetters } from '../dead-letters/create-change-dead-letters.ts';
import { createReadDeadLetters } from '../dead-letters/create-read-dead-letters.ts';
import { migrate } from '../schema/migrate.ts';
import type { Database } from '../sql/database.ts';
import type { SqlQuery } from '../sql/sql-query.ts';

/** Inbox, fence and dead letters inside one transaction. */
export interface StateTransaction {
  readonly query: SqlQuery;
  readonly claim: (...claims: readonly Claim[]) => Promise<readonly ClaimOutcome[]>;
  readonly complete: (...completions: readonly Completion[]) => Promise<void>;
  readonly change: (...changes: readonly DeadLetterChange[]) => Promise<void>;
}

/** The same, each call in a transaction of its own. */
export interface State extends StateTransaction {
  readonly transaction: <Result>(work: (transaction: StateTransaction) => Promise<Result>) => Promise<Result>;
  readonly read: (wanted?: Partial<DeadLetterQuery>) => Promise<DeadLetterPage>;
  readonly prune: (
    ...input: Parameters<PruneInbox> extends [SqlQuery, ...infer Rest] ? Rest : never
  ) => Promise<number>;
}

const schema = '"waybill"';
const everything: DeadLetterQuery = { subscription: undefined, key: undefined, ids: undefined, after: 0, limit: 1000 };

/** The tables of a new database, without a store around them. */
export async function stateOf(database: Database): Promise<State> {
  await migrate(database);
  const makeClaims = createMakeClaims({ schema });
  const completeClaims = createCompleteClaims({ schema });
  const changeDeadLetters = createChangeDeadLetters({ schema });
  const readDeadLetters = createReadDeadLetters({ schema });
  const pruneInbox = createPruneInbox({ schema });

  const transaction: State['transaction'] = (work) =>
    database.transaction(({ query, change: together }) =>
      work({
        query,
        claim: (...claims) => makeClaims(query, claims, together),
        complete: (...completions) => completeClaims(query, completions),
        change: (...changes) => changeDeadLetters(query, changes),
      }),
    );
  return {
    transaction,
    query: database.query,
    claim: (...claims) => transaction(({ claim }) => claim(...claims)),
    complete: (...completions) => transaction(({ complete }) => complete(...completions)),
    change: (...changes) => transaction(({ change }) => change(...changes)),
    read: (wanted) => readDeadLetters(database.query, { ...everything, ...wanted }),
    prune: (options) => pruneInbox(database.query, options),
  };
}

/** Takes everything away that tests have written. */
export const clearState = (query: SqlQuery): Promise<unknown> =>
  query(
    `truncate ${['inbox', 'cursors', 'sequences', 'outbox', 'scheduled', 'dead_letters', 'parked_keys'].map((table) => `${schema}.${table}`).join()}`,
  );
