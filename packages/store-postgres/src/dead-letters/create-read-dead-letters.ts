import type { DeadLetterPage, DeadLetterQuery } from '@waybill/core/driver';
import { indexedText } from '../sql/indexed-text.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { letterOf } from './letter-row.ts';

export interface DeadLetterOptions {
  /** Quoted. */
  readonly schema: string;
}

export type ReadDeadLetters = (query: SqlQuery, wanted: DeadLetterQuery) => Promise<DeadLetterPage>;

/** Committed letters in the order of their commits. Who goes on from `next` misses none, however late it was committed. */
export function createReadDeadLetters({ schema }: DeadLetterOptions): ReadDeadLetters {
  const statement = readStatement(schema);
  return async (query, { subscription, key, ids, after, limit }) => {
    // One more than asked for tells whether that is all.
    const { rows } = await query(statement, [
      String(after),
      String(limit + 1),
      indexedOrNull(subscription),
      indexedOrNull(key),
      ids === undefined ? null : JSON.stringify(ids.map(indexedText)),
    ]);
    const letters = rows.slice(0, limit).map(letterOf);
    return { letters, next: rows.length > limit ? letters.at(-1)?.position : undefined };
  };
}

const indexedOrNull = (text: string | undefined): string | null => (text === undefined ? null : indexedText(text));

/** Ordered by the column, not by the answer of its name, which is a text: 10 would come before 9. */
const readStatement = (schema: string): string => `
select letter, body, position::text as position, replays::text as replays
from ${schema}.dead_letters
where dead_letters.position > $1::text::bigint
  and ($3::text is null or subscription = $3::text)
  and ($4::text is null or key = $4::text)
  and ($5::text is null or id = any (array(select json_array_elements_text($5::text::json))))
order by dead_letters.position
limit $2::text::bigint`;
