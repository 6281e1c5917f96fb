import type { OutboxPage, OutboxQuery, OutboxRow } from '@waybill/core/driver';
import type { SqlQuery, SqlRow } from '../sql/sql-query.ts';
import { hasNoBody, sizeOf } from './body-columns.ts';
import type { Exclusion } from './exclusion.ts';
import { exclusionOf, exclusionParameters } from './exclusion.ts';
import { dueInMs } from './move-due.ts';
import type { MoveDue } from './move-due.ts';
import type { OutboxMap } from './outbox-map.ts';
import { isHead, outboxRowsOf } from './outbox-rows-of.ts';
import { readExactlyStatement, readStatement } from './read-statements.ts';
import { rangeParameters } from './row-filter.ts';
import { idMax, rangesMax } from './stretches.ts';
import type { IdRange } from './stretches.ts';

export interface ReadOutboxOptions {
  /** Quoted. */
  readonly schema: string;
  /** An SQL expression for the name of the numbering, see `EnqueueStatementOptions`. */
  readonly epoch: string;
  readonly map: OutboxMap;
  readonly moveDue: MoveDue;
}

export type ReadOutbox = (query: SqlQuery, outboxQuery: OutboxQuery) => Promise<OutboxPage>;

/**
 * Reads committed rows from the start of the table by its primary key, in one statement and so in one snapshot: a key never shows a number
 * without those before it. What the map knows to be left out is not walked over. The same statement tells when the first of all that is
 * scheduled is due, which is one look into an index; only from that time on it is asked what is due in the buckets of the query.
 */
export function createReadOutbox({ schema, epoch, map, moveDue }: ReadOutboxOptions): ReadOutbox {
  const counts = Array.from({ length: rangesMax }, (_, place) => place + 1);
  const statements = counts.map((count) => readStatement({ schema, epoch, count }));
  const exactly = counts.map((count) => readExactlyStatement({ schema, epoch, count }));
  /** The last page had a body that is longer than its share. */
  let isUneven = false;

  const readRanges = async (
    query: SqlQuery,
    exclusion: Exclusion,
    ranges: readonly IdRange[],
    { limit, underWay = [], bytesMax = idMax }: OutboxQuery,
  ) => {
    const share = Math.floor(bytesMax / limit);
    const ask = async (texts: readonly string[], bytes: number): Promise<readonly SqlRow[]> => {
      const parameters = [
        ...exclusionParameters(exclusion),
        String(limit),
        `{${ownOf(ranges, underWay).join(',')}}`,
        String(bytes),
        ...rangeParameters(ranges),
      ];
      return (await query(texts[ranges.length - 1] ?? '', parameters)).rows;
    };
    if (!isUneven) {
      const answer = await ask(statements, share);
      isUneven = answer.some(hasNoBody);
      if (!isUneven) return pageOf(answer);
    }
    const answer = await ask(exactly, bytesMax);
    isUneven = answer.some((row) => sizeOf(row) > share);
    return pageOf(answer);
  };

  const readPage = async (query: SqlQuery, outboxQuery: OutboxQuery): Promise<ReadPage> => {
    const { exclusion, ranges } = await map.lookUp(query, exclusionOf(outboxQuery), outboxQuery.underWay);
    const page = await readRanges(query, exclusion, ranges, outboxQuery);
    if (map.isOf(page.server)) return page;
    // Another server, or the same one after a restore: its ids may be those of other rows.
    map.forget();
    return readRanges(query, exclusion, map.everything, outboxQuery);
  };

  return async (query, outboxQuery) => {
    if (outboxQuery.buckets.length === 0) return { rows: [], nextDueInMs: undefined };
    const page = await readPage(query, outboxQuery);
    if (page.nextDueInMs === undefined || page.nextDueInMs > 0) return page;
    const moved = await moveDue(query, outboxQuery.buckets);
    const after = moved.count === 0 ? page : await readPage(query, outboxQuery);
    after.nextDueInMs = moved.nextDueInMs;
    return after;
  };
}

/** Told by the server that answered. The rows are read out of the answer when somebody looks at them. */
interface ReadPage extends OutboxPage {
  readonly server: string;
  nextDueInMs: number | undefined;
}

type Head = readonly [server: string, epoch: string, dueIn: string | null, isCut: boolean];

function pageOf(answer: readonly SqlRow[]): ReadPage {
  const head = answer.findLast(isHead);
  const [server, epoch, dueIn, isCut] = JSON.parse(String(head?.['envelope'])) as Head;
  const found = answer.filter((row) => row !== head);
  let rows: readonly OutboxRow[] | undefined;
  return {
    server,
    rowIds: found.map(({ id }) => Number(id)),
    get rows() {
      rows ??= outboxRowsOf(found, epoch);
      return rows;
    },
    isCut,
    nextDueInMs: dueInMs(dueIn),
  };
}

/** Those that the ranges do not leave out by themselves. */
const ownOf = (ranges: readonly IdRange[], ids: readonly number[]): readonly number[] =>
  ids.filter((id) => ranges.some(({ low, high }) => id >= low && id <= high));
