import type { QueryConfig } from 'pg';

/** How a statement of the store's own is put to a client. */
export type PgStatement = (text: string, values?: readonly unknown[]) => QueryConfig<unknown[]>;

/** Without names: what a transaction pooler can pass on. */
export const unnamedStatement: PgStatement = (text, values = []) => ({ text, values: [...values] });

/**
 * With a name for every text, so that each connection prepares it once. The store builds its texts once, so there are few; a handler's
 * never come here.
 */
export function namedStatements(): PgStatement {
  const names = new Map<string, string>();
  return (text, values = []) => {
    const name = names.get(text) ?? `waybill_${names.size + 1}`;
    names.set(text, name);
    return { name, text, values: [...values] };
  };
}
