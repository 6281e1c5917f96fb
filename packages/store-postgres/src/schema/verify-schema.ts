import { PostgresStoreError } from '../postgres-error.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { migrations } from './migrations.ts';
import { quoteSchema } from './quote-schema.ts';
import { readVersion } from './read-version.ts';
import { schemaDefaults } from './schema-options.ts';
import type { SchemaOptions } from './schema-options.ts';
import { verifyEncoding } from './verify-encoding.ts';

/**
 * Says whether this code can work on the schema that is there.
 * @throws PostgresStoreError `encoding-unsupported`, `schema-missing`, `schema-older`, `schema-newer`, `buckets-differ`
 */
export async function verifySchema(query: SqlQuery, options: SchemaOptions = {}): Promise<void> {
  const { schema = schemaDefaults.schema, buckets = schemaDefaults.buckets, steps = migrations } = options;
  const quoted = quoteSchema(schema);
  await verifyEncoding(query);
  const version = await readVersion(query, quoted);
  const latest = steps.at(-1)?.version ?? 0;
  if (version === undefined) {
    throw new PostgresStoreError(
      'schema-missing',
      `There is no schema ${schema}: run \`migrate\`, or the SQL of \`exportSql\`.`,
    );
  }
  if (version > latest) {
    throw new PostgresStoreError(
      'schema-newer',
      `The schema ${schema} has version ${version}, this code knows ${latest}: deploy a newer version of it.`,
    );
  }
  if (version < latest) {
    throw new PostgresStoreError(
      'schema-older',
      `The schema ${schema} has version ${version}, this code needs ${latest}: run \`migrate\`, or the SQL of \`exportSql\`.`,
    );
  }
  await verifyBuckets(query, { quoted, buckets });
}

/** A key must be in the same bucket for everybody: another number would break its order. */
async function verifyBuckets(
  query: SqlQuery,
  { quoted, buckets }: { readonly quoted: string; readonly buckets: number },
): Promise<void> {
  const { rows } = await query(`select count(*)::text as count from ${quoted}.buckets`);
  const count = Number(rows[0]?.['count']);
  if (count === buckets) return;
  throw new PostgresStoreError(
    'buckets-differ',
    `The schema ${quoted} was made with ${count} buckets, the options say ${buckets}.`,
  );
}
