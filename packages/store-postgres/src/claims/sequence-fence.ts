import type { ClaimOutcome, SequenceClaim } from '@waybill/core/driver';
import { compareEpochs } from './epoch-order.ts';
import type { EpochOrder } from './epoch-order.ts';

/** How far a scope has come with one key. */
export interface Cursor {
  readonly epoch: string;
  readonly last: number;
  /** The number with which this epoch went on from an earlier one; `undefined` where the cursor began with it. */
  readonly since: number | undefined;
}

export interface FencePassage {
  readonly outcomes: readonly ClaimOutcome[];
  /** The cursor afterwards: the very one that was given when nothing was claimed. */
  readonly cursor: Cursor | undefined;
}

type Fenced = Pick<SequenceClaim, 'epoch' | 'sequence' | 'firstSequence' | 'overGap'>;

const duplicate: ClaimOutcome = { status: 'duplicate', answer: undefined };
const conflict: ClaimOutcome = { status: 'conflict' };

/** Puts the claims of one key to its cursor, one after the other. The whole rule of the fence, wherever the cursor is kept. */
export function passFence(cursor: Cursor | undefined, claims: readonly Fenced[]): FencePassage {
  let now = cursor;
  const outcomes = claims.map((claim): ClaimOutcome => {
    const outcome = claimNumber(now, claim);
    if (outcome.status === 'claimed') now = moved(now, claim);
    return outcome;
  });
  return { outcomes, cursor: now };
}

function claimNumber(cursor: Cursor | undefined, claim: Fenced): ClaimOutcome {
  const { epoch, sequence, firstSequence, overGap } = claim;
  const expected = cursor === undefined ? firstSequence : cursor.last + 1;
  const order = cursor === undefined ? 'same' : compareEpochs(epoch, cursor.epoch);
  if (sequence < expected) return isKnown(order, sequence, cursor?.since) ? duplicate : conflict;
  if (order === 'earlier' || order === 'foreign') return conflict;
  return sequence > expected && !overGap ? { status: 'gap', expected } : { status: 'claimed' };
}

/**
 * Whether a number that the cursor has passed is that of the message it was passed with. After a failover two numberings may have given it:
 * the earlier one below `since`, the later one from there on. What is numbered anew must never be taken for a duplicate.
 */
function isKnown(order: EpochOrder, sequence: number, since: number | undefined): boolean {
  if (order === 'same') return since === undefined || sequence >= since;
  return order === 'earlier' && (since === undefined || sequence < since);
}

function moved(cursor: Cursor | undefined, { epoch, sequence }: Fenced): Cursor {
  const isOther = cursor !== undefined && cursor.epoch !== epoch;
  return { epoch, last: sequence, since: isOther ? sequence : cursor?.since };
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
