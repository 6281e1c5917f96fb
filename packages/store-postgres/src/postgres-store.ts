import type { StoreDriver } from '@waybill/core/driver';
import { capabilities } from './capabilities.ts';
import type { PruneInboxOptions } from './claims/create-prune-inbox.ts';
import { errorCodeOf } from './error-code-of.ts';
import { readStoreOptions } from './options.ts';
import type { ForeignTransactions, PostgresStoreOptions, PostgresStoreSettings } from './options.ts';
import { migrate } from './schema/migrate.ts';
import { verifySchema } from './schema/verify-schema.ts';
import { checkedTransactions } from './sql/checked-transactions.ts';
import type { SqlTransaction } from './sql/database.ts';
import type { RunTransaction } from './sql/transaction-runner.ts';
import { WorkUnderWay } from './sql/work-under-way.ts';
import { storeParts } from './store-parts.ts';
import { openStoreTransaction } from './store-transaction.ts';

export interface PostgresStore<Native> extends StoreDriver<Native> {
  /**
   * Connects, and applies or verifies the schema, as the first use would. Call it at start to hear of problems at once.
   * @throws PostgresStoreError `schema-newer`, `schema-older`, `schema-missing`, `schema-busy`, `buckets-differ`, `encoding-unsupported`, `folder-in-use`
   */
  readonly open: () => Promise<void>;
  /**
   * Deletes inbox marks that are older than any message can be that may still come again, batch by batch; answers how many. For a timer of the
   * application: cursors keep one row a key, but the inbox grows with every message.
   */
  readonly pruneInbox: (options: PruneInboxOptions) => Promise<number>;
}

/**
 * A store on PostgreSQL, on a server or embedded: inbox, sequence fence, outbox and dead letters in the transaction of the handler's own writes.
 * @throws PostgresStoreError `illegal-options`, naming every problem
 */
export function postgresStore<Client>(options: PostgresStoreOptions<Client>): PostgresStore<SqlTransaction<Client>>;
export function postgresStore<Native>(
  options: PostgresStoreOptions & ForeignTransactions<Native>,
): PostgresStore<Native>;
export function postgresStore(options: PostgresStoreOptions): PostgresStore<unknown> {
  const settings = readStoreOptions(options);
  const { database, buckets, transactions } = settings;
  const run: RunTransaction<unknown> =
    transactions === undefined ? database.transaction : checkedTransactions(transactions);
  const parts = storeParts(settings);
  const { hints } = parts;
  const underWay = new WorkUnderWay();
  const open = openOnce(settings);

  /** A store whose schema does not fit does nothing at all. */
  const whenOpen = <Result>(work: () => Promise<Result>): Promise<Result> =>
    underWay.track(() => {
      const opening = open();
      return opening === undefined ? work() : opening.then(work);
    });

  return {
    specVersion: 1,
    name: 'postgres',
    capabilities: capabilities(database.kind, buckets),
    open: () => whenOpen(async () => undefined),
    transaction: (work) =>
      whenOpen(async () => {
        let hasRows = false;
        const noteRows = (): void => {
          hasRows = true;
        };
        const result = await run((opened) => work(openStoreTransaction(parts, opened, noteRows)));
        if (hasRows) hints.committed();
        return result;
      }),
    leaseBuckets: (request) =>
      whenOpen(async () => {
        hints.asked(request);
        return hints.granted(request, await parts.leaseBuckets(database.query, request));
      }),
    readOutbox: (query) =>
      whenOpen(() => {
        hints.reading();
        return parts.readOutbox(database.query, query);
      }),
    deleteOutbox: (deletion) => whenOpen(() => parts.deleteOutbox(database.query, deletion)),
    readDeadLetters: (query) => whenOpen(() => parts.readDeadLetters(database.query, query)),
    inspect: () => whenOpen(() => parts.inspectStore(database.query)),
    pruneInbox: (prune) => whenOpen(() => parts.pruneInbox(database.query, prune)),
    codeOf: errorCodeOf,
    close: () =>
      underWay.close(async () => {
        await hints.close();
        await database.close();
      }),
  };
}

/** Once for all callers, and `undefined` from then on; after a failure the next one tries again. */
function openOnce({ database, migrations, schema, buckets }: PostgresStoreSettings): () => Promise<void> | undefined {
  const open = {
    apply: () => migrate(database, { schema, buckets }),
    verify: () => verifySchema(database.query, { schema, buckets }),
    off: () => Promise.resolve(),
  }[migrations];
  let opening: Promise<void> | undefined;
  let isOpen = false;
  const begin = async (): Promise<void> => {
    try {
      await open();
      isOpen = true;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  return () => (isOpen ? undefined : (opening ??= begin()));
}
