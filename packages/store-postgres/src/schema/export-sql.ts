import { migrations } from './migrations.ts';
import { quoteSchema } from './quote-schema.ts';
import { schemaDefaults } from './schema-options.ts';
import type { SchemaOptions } from './schema-options.ts';
import { stepStatements, versionTable } from './statements.ts';

export interface ExportSqlOptions extends SchemaOptions {
  /** The version that the database has; 0 where there is none. Default 0. */
  readonly fromVersion?: number;
}

/** Everything that `migrate` would do, as plain SQL for whoever runs it: each step in a transaction of its own. */
export function exportSql(options: ExportSqlOptions = {}): string {
  const {
    schema = schemaDefaults.schema,
    buckets = schemaDefaults.buckets,
    steps = migrations,
    fromVersion = 0,
  } = options;
  const quoted = quoteSchema(schema);
  const parts = [
    ...(fromVersion === 0 ? [transactionOf(versionTable(quoted))] : []),
    ...steps
      .filter(({ version }) => version > fromVersion)
      .map((step) => transactionOf(stepStatements(quoted, step, buckets))),
  ];
  return parts.join('\n');
}

function transactionOf(statements: readonly string[]): string {
  return ['begin', ...statements, 'commit'].map((statement) => `${statement};\n`).join('');
}
