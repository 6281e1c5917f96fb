import type { ClaimOutcome, SequenceClaim } from '@waybill/core/driver';
import { compareEpochs } from './epoch-order.ts';

/** How far a scope has come with one key. */
export interface Cursor {
  readonly epoch: string;
  readonly last: number;
}

export interface FencePassage {
  readonly outcomes: readonly ClaimOutcome[];
  /** The cursor afterwards: the very one that was given when nothing was claimed. */
  readonly cursor: Cursor | undefined;
}

type Fenced = Pick<SequenceClaim, 'epoch' | 'sequence' | 'firstSequence' | 'overGap'>;

/** Puts the claims of one key to its cursor, one after the other. The whole rule of the fence, wherever the cursor is kept. */
export function passFence(cursor: Cursor | undefined, claims: readonly Fenced[]): FencePassage {
  let now = cursor;
  const outcomes = claims.map((claim): ClaimOutcome => {
    const outcome = claimNumber(now, claim);
    if (outcome.status === 'claimed') now = { epoch: claim.epoch, last: claim.sequence };
    return outcome;
  });
  return { outcomes, cursor: now };
}

function claimNumber(cursor: Cursor | undefined, claim: Fenced): ClaimOutcome {
  const { epoch, sequence, firstSequence, overGap } = claim;
  if (cursor !== undefined && cursor.epoch !== epoch) return claimAcrossEpochs(cursor, claim);
  const expected = cursor === undefined ? firstSequence : cursor.last + 1;
  if (sequence < expected) return { status: 'duplicate', answer: undefined };
  return sequence > expected && !overGap ? { status: 'gap', expected } : { status: 'claimed' };
}

/**
 * After a failover the numbers go on where they were, or begin again below: only the number that is exactly the next one proves the first.
 * What a restore numbers anew must never be taken for a duplicate.
 */
function claimAcrossEpochs(cursor: Cursor, { epoch, sequence }: Fenced): ClaimOutcome {
  const order = compareEpochs(epoch, cursor.epoch);
  if (order === 'later' && sequence === cursor.last + 1) return { status: 'claimed' };
  if (order === 'earlier' && sequence <= cursor.last) return { status: 'duplicate', answer: undefined };
  return { status: 'conflict' };
}

/** A move that the database can make by itself: a cursor of this epoch that stands within `low` and `high` goes to `target`. */
export interface CursorMove {
  readonly epoch: string;
  readonly low: number;
  readonly high: number;
  readonly target: number;
}

/**
 * Claims of one key that are a run of numbers in order, which nearly all are: wherever in the run the cursor stands, it ends up at its last.
 * `undefined` for any other list.
 */
export function cursorMoveOf(claims: readonly Fenced[]): CursorMove | undefined {
  const [first] = claims;
  if (first === undefined) return undefined;
  const { epoch, sequence, overGap } = first;
  const isRun = claims.every((claim, at) => claim.epoch === epoch && claim.sequence === sequence + at);
  if (!isRun) return undefined;
  const target = sequence + claims.length - 1;
  // A cursor below 0 does not exist: over a gap any lower one will do.
  return { epoch, low: overGap ? 0 : sequence - 1, high: target - 1, target };
}
