import type { Migration } from './migrations.ts';

/** The statements that come before all steps. */
export function versionTable(schema: string): readonly string[] {
  return [
    `create schema if not exists ${schema}`,
    `create table if not exists ${schema}.migrations (
  version integer primary key,
  name text not null,
  applied_at timestamptz not null default clock_timestamp()
)`,
  ];
}

/**
 * A step with its mark and the rows that must be there, for one transaction. One statement each, because what goes out as a statement with
 * parameters can be no more.
 */
export function stepStatements(schema: string, { version, name, sql }: Migration, buckets: number): readonly string[] {
  return [
    ...splitStatements(sql.replaceAll('{schema}', schema)),
    fillBuckets(schema, buckets),
    nameStore(schema),
    `insert into ${schema}.migrations (version, name) values (${version}, ${quoteText(name)})`,
  ];
}

/** The buckets are rows from the beginning, so that a relay only ever updates them. */
function fillBuckets(schema: string, buckets: number): string {
  return `insert into ${schema}.buckets (bucket)
select generate_series(0, ${buckets - 1}) where not exists (select from ${schema}.buckets)`;
}

/** A name of the numbering for databases whose server does not tell one from another. */
function nameStore(schema: string): string {
  return `insert into ${schema}.store (identity) select gen_random_uuid()::text on conflict do nothing`;
}

/** At each `;` that stands neither in a text nor in the body of a function. */
function splitStatements(sql: string): readonly string[] {
  const statements = sql.match(/(?:\$(\w*)\$[\s\S]*?\$\1\$|'[^']*'|[^;])+/gu) ?? [];
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '');
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
