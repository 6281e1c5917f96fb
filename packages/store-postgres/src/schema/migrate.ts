import { PostgresStoreError } from '../postgres-error.ts';
import type { Database } from '../sql/database.ts';
import { sqlStateOf } from '../sql/is-definite-refusal.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { migrations } from './migrations.ts';
import type { Migration } from './migrations.ts';
import { quoteSchema } from './quote-schema.ts';
import { readVersion } from './read-version.ts';
import { schemaDefaults } from './schema-options.ts';
import type { SchemaOptions } from './schema-options.ts';
import { stepStatements, versionTable } from './statements.ts';
import { verifyEncoding } from './verify-encoding.ts';
import { verifySchema } from './verify-schema.ts';

/** One number for everybody who changes a schema of this store, from "waybill". */
const advisoryLock = '33602696198581356';

/**
 * A session keeps what it has not found in the catalogs, until it takes a lock on a table: after a wait for somebody else's schema it would make the
 * same again. Seen where a pooler lends out sessions that have looked before.
 */
const lookAnew = 'lock table pg_catalog.pg_namespace in access share mode';

/**
 * Brings the schema to the version of this code, each step in a transaction of its own. Several instances may do so at once: one works, the
 * others wait no longer than the lock time-out of the database.
 * @throws PostgresStoreError `encoding-unsupported`, `schema-newer`, `schema-busy`, `buckets-differ`
 */
export async function migrate(database: Database, options: SchemaOptions = {}): Promise<void> {
  const { schema = schemaDefaults.schema, buckets = schemaDefaults.buckets, steps = migrations } = options;
  const quoted = quoteSchema(schema);
  const latest = steps.at(-1)?.version ?? 0;
  // What is up to date already needs no lock and no right to create anything.
  if (((await readVersion(database.query, quoted)) ?? 0) < latest) {
    await verifyEncoding(database.query);
    await inTurn(database, quoted, async (query) => {
      for (const statement of versionTable(quoted)) await query(statement);
    });
    for (const step of steps) {
      await inTurn(database, quoted, (query) => apply(query, { quoted, step, latest, buckets }));
    }
  }
  await verifySchema(database.query, { schema, buckets, steps });
}

interface StepOptions {
  readonly quoted: string;
  readonly step: Migration;
  readonly latest: number;
  readonly buckets: number;
}

/** Another instance may have done it while this one waited, or may be of a newer version of the code. */
async function apply(query: SqlQuery, { quoted, step, latest, buckets }: StepOptions): Promise<void> {
  const version = (await readVersion(query, quoted)) ?? 0;
  if (version > latest || version >= step.version) return;
  for (const statement of stepStatements(quoted, step, buckets)) await query(statement);
}

/** The lock ends with the transaction, so a transaction pooler keeps it as well. */
async function inTurn(database: Database, schema: string, work: (query: SqlQuery) => Promise<void>): Promise<void> {
  try {
    await database.transaction(async ({ query }) => {
      await query('select pg_advisory_xact_lock($1::text::bigint)', [advisoryLock]);
      await query(lookAnew);
      await work(query);
    });
  } catch (error) {
    if (sqlStateOf(error) !== '55P03') throw error;
    throw new PostgresStoreError(
      'schema-busy',
      `Somebody else is changing the schema ${schema}, or holds a lock on it.`,
      {
        cause: error,
      },
    );
  }
}
