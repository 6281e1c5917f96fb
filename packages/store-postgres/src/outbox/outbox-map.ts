import type { SqlQuery } from '../sql/sql-query.ts';
import { createClosedMark } from './closed-mark.ts';
import { isExcluded, withKeys } from './exclusion.ts';
import type { Exclusion, ExclusionReason, IndexedKey } from './exclusion.ts';
import { idRuns } from './id-runs.ts';
import { Stretches } from './stretches.ts';
import type { IdRange } from './stretches.ts';
import { createSurveyOutbox } from './survey-outbox.ts';

export interface OutboxMapOptions {
  /** Quoted. */
  readonly schema: string;
  /** Look-ups between two surveys. Default 16: a survey that finds nothing costs about as much as a read. */
  readonly surveyEvery?: number;
  /** Rows that are kept in mind together: as many are walked over for one row among them that may be read. Default 500. */
  readonly chunkRows?: number;
}

export interface LookUp {
  /** What was asked for, with the parked keys whose rows the ranges leave out: all of their rows must stay behind, or their order is lost. */
  readonly exclusion: Exclusion;
  readonly ranges: readonly IdRange[];
}

/**
 * Remembers where in the outbox rows lie that reads leave out: a blocked or parked key with 100,000 rows, the backlog of a broker that is
 * down, the buckets of other relays. Without it every read would walk over them again. It is only a memory: nothing is written, and a
 * new process learns it anew.
 */
export interface OutboxMap {
  readonly everything: readonly IdRange[];
  /** @param underWay ids of rows that are left out for themselves */
  readonly lookUp: (query: SqlQuery, exclusion: Exclusion, underWay?: readonly number[]) => Promise<LookUp>;
  /** Whether what is known was learned from this server. */
  readonly isOf: (server: string) => boolean;
  readonly forget: () => void;
}

const surveysMax = 64;
const fruitlessMax = 2;
/** After so many look-ups all is learned anew: what was left out once may be gone for long. */
const lookUpsMax = 10_000;

export function createOutboxMap({ schema, surveyEvery = 16, chunkRows = 500 }: OutboxMapOptions): OutboxMap {
  const stretches = new Stretches();
  const mark = createClosedMark(schema);
  const survey = createSurveyOutbox(schema, chunkRows);
  const parkedStatement = parkedKeysStatement(schema);
  let lookUps = 0;
  /** The server that all stretches are of. */
  let mapped: string | undefined;
  let isLearning = false;

  const explore = async (query: SqlQuery, exclusion: Exclusion): Promise<void> => {
    const closed = await mark.advance(query);
    const server = mark.server();
    if (server !== mapped) stretches.forget();
    mapped = server;
    let from = 1;
    let fruitless = 0;
    for (let surveys = 0; surveys < surveysMax && fruitless < fruitlessMax; surveys += 1) {
      const { low, high } = stretches.unknownFrom(from);
      if (low > closed) return;
      const found = await survey(query, { low, high: Math.min(high, closed) }, exclusion);
      // Somebody has found out meanwhile that it is another server.
      if (mark.server() !== server) return;
      for (const stretch of found.stretches) stretches.add(stretch);
      if (found.stretches.length === 0) fruitless += 1;
      from = found.high + 1;
    }
  };
  /** One at a time: two would add the same stretches. */
  const learn = async (query: SqlQuery, exclusion: Exclusion): Promise<void> => {
    if (isLearning) return;
    isLearning = true;
    try {
      await explore(query, exclusion);
    } finally {
      isLearning = false;
    }
  };

  /** Keys that the map knows and the query does not block may be parked, or free by now. */
  const parkedKeys = async (query: SqlQuery, exclusion: Exclusion): Promise<readonly IndexedKey[]> => {
    const unsure = stretches.reasons().filter((reason) => reason.by === 'key' && !isExcluded(exclusion, reason));
    if (unsure.length === 0) return [];
    const { rows } = await query(parkedStatement, [JSON.stringify(unsure)]);
    return rows.map((row) => ({ channel: String(row['channel']), key: String(row['key']) }));
  };

  const forget = (): void => {
    stretches.forget();
    mark.forget();
  };

  return {
    everything: new Stretches().rangesToRead(() => false),
    lookUp: async (query, asked, underWay = []) => {
      lookUps += 1;
      if (lookUps % lookUpsMax === 0) forget();
      if (lookUps % surveyEvery === 0) await learn(query, asked);
      const exclusion = withKeys(asked, await parkedKeys(query, asked));
      const holds = (reason: ExclusionReason): boolean => isExcluded(exclusion, reason);
      return { exclusion, ranges: stretches.rangesToRead(holds, idRuns(underWay)) };
    },
    isOf: (server) => stretches.size === 0 || server === mapped,
    forget,
  };
}

const parkedKeysStatement = (schema: string): string => `
select p.channel, p.key from ${schema}.parked_keys p
join json_to_recordset($1::text::json) as k (channel text, key text) using (channel, key)
where p.subscription = 'outbox'`;
