import { AsyncLocalStorage } from 'node:async_hooks';
import type { PGlite, Transaction } from '@electric-sql/pglite';
import { PostgresStoreError } from '../postgres-error.ts';
import type { Database, SqlTransaction } from '../sql/database.ts';
import { requireAwaited } from '../sql/require-awaited.ts';
import { requireCommittable } from '../sql/require-committable.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { StatementQueue } from '../sql/statement-queue.ts';
import type { OpenTransaction } from '../sql/transaction-runner.ts';
import { WorkUnderWay } from '../sql/work-under-way.ts';
import { openPglite } from './open-pglite.ts';
import { checkPgliteOptions } from './pglite-options.ts';
import type { PgliteDatabaseOptions } from './pglite-options.ts';

/** What query builders for PGlite want of a transaction. */
export interface PgliteTransactionClient {
  readonly query: Transaction['query'];
  readonly exec: Transaction['exec'];
}

/**
 * PostgreSQL inside this process. It has one connection: transactions and statements take turns, and what is asked of the database from
 * inside a transaction, which would wait for itself, is refused. Opened when it is first used.
 * @throws PostgresStoreError `illegal-options`; later `folder-in-use`, `inside-transaction`
 */
export function pgliteDatabase(options: PgliteDatabaseOptions = {}): Database<PgliteTransactionClient> {
  checkPgliteOptions(options);
  const underWay = new WorkUnderWay();
  const surrounding = new AsyncLocalStorage<{ isOpen: boolean }>();
  let opening: ReturnType<typeof openPglite> | undefined;

  const open = async (): Promise<PGlite> => {
    opening ??= openPglite(options);
    try {
      return (await opening).pglite;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  const outside = <Result>(work: (pglite: PGlite) => Promise<Result>): Promise<Result> =>
    underWay.track(async () => {
      if (surrounding.getStore()?.isOpen === true) throw insideTransaction();
      return work(await open());
    });

  return {
    kind: options.folder === undefined ? 'memory' : 'folder',
    transaction: (work) =>
      outside(async (pglite) => {
        const mark = { isOpen: true };
        try {
          return await surrounding.run(mark, () => pglite.transaction((transaction) => runWork(transaction, work)));
        } finally {
          mark.isOpen = false;
        }
      }),
    query: (text, values = []) => outside((pglite) => pglite.query(text, [...values])),
    listen: (channel, wake) => outside((pglite) => pglite.listen(channel, wake)),
    close: () => underWay.close(async () => (await opening?.catch(() => undefined))?.close()),
  };
}

async function runWork<Result>(
  transaction: Transaction,
  work: (transaction: OpenTransaction<SqlTransaction<PgliteTransactionClient>>) => Promise<Result>,
): Promise<Result> {
  const statements = new StatementQueue();
  const query: SqlQuery = (text, values = []) => statements.run(() => transaction.query(text, [...values]));
  const client: PgliteTransactionClient = {
    query: (text, values, more) => statements.run(() => transaction.query(text, values, more)),
    exec: (text, more) => statements.run(() => transaction.exec(text, more)),
  };
  const result = await settle(work({ query, native: { query, client } }), statements);
  await requireAwaited(statements);
  await requireCommittable((text) => transaction.query(text));
  return result;
}

/** Whatever comes of the work, its last statement has ended before PGlite ends the transaction. */
async function settle<Result>(working: Promise<Result>, statements: StatementQueue): Promise<Result> {
  try {
    return await working;
  } finally {
    await statements.close();
  }
}

function insideTransaction(): PostgresStoreError {
  return new PostgresStoreError(
    'inside-transaction',
    'The embedded database has one connection, and this transaction holds it: use the transaction that the handler was given.',
  );
}
