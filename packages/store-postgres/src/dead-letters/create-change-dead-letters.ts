import type { DeadLetterChange } from '@waybill/core/driver';
import { PostgresStoreError } from '../postgres-error.ts';
import { indexedText } from '../sql/indexed-text.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import type { DeadLetterOptions } from './create-read-dead-letters.ts';
import { keyNames, toLetterRow } from './letter-row.ts';
import { countReplayStatement, holdKeysStatement, putStatement, removeStatement } from './letter-statements.ts';

/** @throws PostgresStoreError `not-found` */
export type ChangeDeadLetters = (query: SqlQuery, changes: readonly DeadLetterChange[]) => Promise<void>;

type Change<Kind extends DeadLetterChange['change']> = Extract<DeadLetterChange, { change: Kind }>;

/**
 * Puts, takes away and marks dead letters in the order of the changes; like ones that follow each other go in one statement. Keys that may be
 * parked or freed are locked before, in one order: whoever found one open or parked (`open-key`) is waited for, and the other way round.
 */
export function createChangeDeadLetters({ schema }: DeadLetterOptions): ChangeDeadLetters {
  const holdKeys = holdKeysStatement(schema);
  const statements = {
    put: putStatement(schema),
    remove: removeStatement(schema),
    'count-replay': countReplayStatement(schema),
  };
  return async (query, changes) => {
    const keys = changes.flatMap(keyToPark);
    const removed = changes.filter((change) => change.change === 'remove').map(({ id }) => indexedText(id));
    if (keys.length + removed.length > 0) await query(holdKeys, [JSON.stringify(keys), JSON.stringify(removed)]);
    for (const run of runsOf(changes)) {
      const { rows } = await query(statements[run.change], [JSON.stringify(run.records)]);
      if (rows[0]?.['is_done'] !== true) throw new PostgresStoreError('not-found', missing[run.change]);
    }
  };
}

const missing = {
  put: 'The outbox no longer has a row that was to become a dead letter.',
  remove: 'A dead letter that was to be taken away is not there.',
  'count-replay': 'A dead letter whose replay was to be counted is not there.',
} as const;

function keyToPark(change: DeadLetterChange) {
  if (change.change !== 'put' || !parks(change)) return [];
  return [{ ...keyNames(change.letter), is_behind: change.letter.role === 'behind' }];
}

const parks = ({ parksKey, letter }: Change<'put'>): boolean => parksKey && letter.key !== undefined;

interface Run {
  readonly change: DeadLetterChange['change'];
  readonly records: unknown[];
}

function runsOf(changes: readonly DeadLetterChange[]): readonly Run[] {
  const runs: Run[] = [];
  for (const change of changes) {
    const last = runs.at(-1);
    const name = change.change === 'put' ? undefined : indexedText(change.id);
    // What is taken away twice must fail as it would one by one.
    const isAgain = change.change === 'remove' && last?.records.includes(name) === true;
    const run = last?.change === change.change && !isAgain ? last : { change: change.change, records: [] };
    if (run !== last) runs.push(run);
    run.records.push(change.change === 'put' ? putRecord(change, run.records.length) : name);
  }
  return runs;
}

function putRecord(change: Change<'put'>, n: number): object {
  return { n, ...toLetterRow(change.letter), parks_key: parks(change), outbox_row: change.outboxRowId };
}
