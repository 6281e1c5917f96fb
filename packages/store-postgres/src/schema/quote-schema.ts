import { PostgresStoreError } from '../postgres-error.ts';

/** The name of a schema as a statement has it. @throws PostgresStoreError `illegal-options` */
export function quoteSchema(name: string): string {
  if (!isSchemaName(name)) throw new PostgresStoreError('illegal-options', 'schema must be a name of PostgreSQL.');
  return `"${name}"`;
}

/** Lower-case only, so that nobody has to quote it by hand; 63 bytes are what PostgreSQL keeps, and `pg_` is its own. */
export const isSchemaName = (name: string): boolean => /^(?!pg_)[a-z_][a-z0-9_]{0,62}$/u.test(name);
