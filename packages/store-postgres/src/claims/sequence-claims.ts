import type { FenceCursor, SequenceClaim } from '@waybill/core/driver';
import type { SqlRow } from '../sql/sql-query.ts';
import type { Asked, ClaimQuestion, CursorChange } from './claim-question.ts';
import { cursorMoveOf, passFenceInTurn } from './sequence-fence.ts';

type AskedNumber = Asked<SequenceClaim>;

/**
 * One record for each cursor. The database makes the moves of ordinary runs by itself; for anything else it locks the cursor and the rule of
 * the fence says here where it goes.
 */
export function askNumbers(numbers: readonly AskedNumber[]): ClaimQuestion<AskedNumber> {
  const groups = [
    ...Map.groupBy(numbers, ({ claim }) => JSON.stringify([claim.scope, claim.channel, claim.key])).values(),
  ];
  return {
    records: groups.map((group, n) => toRecord(group, n)),
    settle: (rows, changes) =>
      rows.flatMap((row) => {
        const group = groups[Number(row['n'])] ?? [];
        if (row['status'] === 'unseen') return group;
        const change = settleGroup(group, row);
        if (change !== undefined) changes.push(change);
        return [];
      }),
  };
}

/** A move that nothing can pass: no cursor is both above 0 and below 0. */
const noMove = { low: 1, high: -1, target: 0 };

function toRecord(group: readonly AskedNumber[], n: number): object {
  const claims = group.map(({ claim }) => claim);
  const { scope, channel, key, epoch } = claims[0] ?? {};
  const first = passFenceInTurn(undefined, claims).cursor;
  return {
    n,
    scope,
    channel,
    key,
    first: first?.last,
    first_epoch: first?.epoch,
    first_since: first?.since,
    epoch,
    ...(cursorMoveOf(claims) ?? noMove),
  };
}

/** Answers all claims of one key by where its cursor was found. Gives the change that the database has not made itself. */
function settleGroup(group: readonly AskedNumber[], { status, a, b, c }: SqlRow): CursorChange | undefined {
  const claims = group.map(({ claim }) => claim);
  const found: FenceCursor | undefined =
    a === null ? undefined : { epoch: String(b), last: Number(a), since: c === null ? undefined : Number(c) };
  const { outcomes, cursor } = passFenceInTurn(found, claims);
  for (const [at, outcome] of outcomes.entries()) group[at]?.answer(outcome);
  const [first] = claims;
  if (status !== 'held' || first === undefined || cursor === undefined || cursor === found) return undefined;
  const { scope, channel, key } = first;
  return { scope, channel, key, ...cursor };
}
