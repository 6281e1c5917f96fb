import { pgliteDatabase } from '../pglite/pglite-database.ts';
import { PostgresStoreError } from '../postgres-error.ts';
import type { SqlQuery, SqlResult } from '../sql/sql-query.ts';
import type { FolderCall, FolderError, FolderReply, NumberedCall } from './folder-call.ts';

interface HeldTransaction {
  readonly query: SqlQuery;
  readonly commit: () => Promise<void>;
  readonly rollBack: () => Promise<void>;
}

type Rows = SqlResult['rows'];
type AnswerOf = {
  readonly [Ask in FolderCall['ask']]: (call: Extract<FolderCall, { readonly ask: Ask }>) => Promise<Rows>;
};

const nothing: Rows = [];

/** The program of a process that has a folder open, until its parent closes it, kills it or ends. */
function main(): void {
  const [, , folder = ''] = process.argv;
  const database = pgliteDatabase({ folder });
  const transactions = new Map<number, HeldTransaction>();
  const reply = (said: FolderReply): void => void process.send?.(said);

  const begin = async (): Promise<HeldTransaction> => {
    const began = Promise.withResolvers<SqlQuery>();
    const ending = Promise.withResolvers<void>();
    const ended = database.transaction(async ({ query }) => {
      began.resolve(query);
      await ending.promise;
    });
    ended.catch(began.reject);
    const query = await began.promise;
    return {
      query,
      commit: () => {
        ending.resolve();
        return ended;
      },
      rollBack: () => {
        ending.reject(new Error('rolled back on purpose'));
        return ended.catch(() => undefined);
      },
    };
  };
  const held = (number: number): HeldTransaction => {
    const transaction = transactions.get(number);
    if (transaction !== undefined) return transaction;
    throw new PostgresStoreError('transaction-closed', 'The transaction has ended.');
  };

  const answers: AnswerOf = {
    query: async ({ text, values }) => (await database.query(text, values)).rows,
    begin: async ({ transaction }) => {
      transactions.set(transaction, await begin());
      return nothing;
    },
    statement: async ({ transaction, text, values }) => (await held(transaction).query(text, values)).rows,
    end: async ({ transaction: number, how }) => {
      const transaction = held(number);
      transactions.delete(number);
      await (how === 'commit' ? transaction.commit() : transaction.rollBack());
      return nothing;
    },
    listen: async ({ channel }) => {
      const wake = (): void => reply({ woken: channel });
      await database.listen(channel, wake, () => undefined);
      return nothing;
    },
    close: async () => {
      await database.close();
      return nothing;
    },
  };
  // Each is asked with its own kind of call.
  const answer = (call: FolderCall): Promise<Rows> => (answers[call.ask] as (asked: FolderCall) => Promise<Rows>)(call);

  // Without its parent nobody would end it.
  process.on('disconnect', () => process.exit(1));
  process.on('message', ({ number, call }: NumberedCall) => {
    answer(call).then(
      (rows) => reply({ number, rows }),
      (error: unknown) => reply({ number, error: folderErrorOf(error) }),
    );
  });
}

function folderErrorOf(error: unknown): FolderError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), fields: {} };
  const fields = Object.entries(error).filter(([, value]) => typeof value === 'string');
  return { name: error.name, message: error.message, fields: Object.fromEntries(fields) };
}

main();
