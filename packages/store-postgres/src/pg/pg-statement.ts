import type { QueryConfig } from 'pg';
import { sqlStateOf } from '../sql/is-definite-refusal.ts';

/** A statement of the store's own: no option of `pg` but a name. A configuration of a handler's would be copied property by property. */
export interface OwnStatement {
  readonly kind: 'own';
  readonly text: string;
  readonly name: string | undefined;
  /** Texts, see `SqlQuery`. */
  readonly values: readonly unknown[];
}

/** The store's own, or a handler's. */
export type AnyStatement = string | QueryConfig<unknown[]> | OwnStatement;

export const isOwn = (statement: AnyStatement): statement is OwnStatement =>
  typeof statement === 'object' && 'kind' in statement;

/** How a statement of the store's own is put to a client. */
export type PgStatement = (text: string, values?: readonly unknown[]) => OwnStatement;

/** Without names: what a transaction pooler can pass on. */
export const unnamedStatement: PgStatement = (text, values = []) => ({ kind: 'own', text, name: undefined, values });

/**
 * With a name for every text, so that each connection prepares it once. The store builds its texts once, so there are few; a handler's
 * never come here.
 */
export function namedStatements(): PgStatement {
  const names = new Map<string, string>();
  return (text, values = []) => {
    const name = names.get(text) ?? `waybill_${names.size + 1}`;
    names.set(text, name);
    return { kind: 'own', text, name, values };
  };
}

/** 26000: the session has forgotten the statement, as after DISCARD ALL of a pooler. 0A000: its table has got other columns since. */
export function isLostPreparation(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '26000' || state === '0A000';
}
