import type { Completion } from '@waybill/core/driver';
import { toBase64 } from '../outbox/to-base64.ts';
import { PostgresStoreError } from '../postgres-error.ts';
import { indexedText } from '../sql/indexed-text.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import type { ClaimOptions } from './create-make-claims.ts';

/** @throws PostgresStoreError `not-found` */
export type CompleteClaims = (query: SqlQuery, completions: readonly Completion[]) => Promise<void>;

/**
 * Makes claims final with their answers, all or none. Only the first completion of a lease counts, and only of its owner: a worker whose lease
 * ran out must not commit its work as well. A claim of this very transaction may be completed whatever it is.
 */
export function createCompleteClaims({ schema }: ClaimOptions): CompleteClaims {
  const statement = completeStatement(schema);
  return async (query, completions) => {
    // Of several answers to one claim the last stays.
    const latest = new Map(completions.map((completion) => [JSON.stringify(nameOf(completion)), completion]));
    if (latest.size === 0) return;
    const records = [...latest.values()].map((completion) => ({
      ...nameOf(completion),
      owner: completion.owner === undefined ? undefined : indexedText(completion.owner),
      answer: completion.answer === undefined ? undefined : toBase64(completion.answer),
    }));
    const { rows } = await query(statement, [JSON.stringify(records)]);
    if (Number(rows[0]?.['held']) === latest.size) return;
    throw new PostgresStoreError('not-found', 'Nothing is in progress under a key that was to be completed.');
  };
}

const nameOf = ({ scope, key }: Completion) => ({ scope: indexedText(scope), key: indexedText(key) });

/** Locks in the order of the keys. Who waited sees what the other has made of it, and then holds nothing. */
const completeStatement = (schema: string): string => `
with asked as materialized (
  select * from json_to_recordset($1::text::json) as q (
    scope text collate "C", key text collate "C", owner text collate "C", answer text
  )
), held as materialized (
  select q.* from (select * from asked order by scope, key) q cross join lateral (
    select m.key from ${schema}.inbox m
    where m.scope = q.scope and m.key = q.key and m.owner is not distinct from q.owner
      and (m.lease_until is not null or m.claimed_by = pg_current_xact_id())
    for update
  ) m
), completed as (
  insert into ${schema}.inbox as m (scope, key, fingerprint, answer)
  select scope, key, '', decode(answer, 'base64') from held where (select count(*) from held) = (select count(*) from asked)
  on conflict (scope, key) do update set lease_until = null, answer = excluded.answer, claimed_by = excluded.claimed_by
  returning m.key
)
select count(*)::text as held from completed`;
