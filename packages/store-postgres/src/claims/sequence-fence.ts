import { passFence } from '@waybill/core/driver';
import type { ClaimOutcome, FenceCursor, FencedNumber } from '@waybill/core/driver';

export interface FencePassages {
  readonly outcomes: readonly ClaimOutcome[];
  /** The cursor afterwards: the very one that was given when nothing was claimed. */
  readonly cursor: FenceCursor | undefined;
}

/** Puts the claims of one key to its cursor, one after the other. */
export function passFenceInTurn(cursor: FenceCursor | undefined, claims: readonly FencedNumber[]): FencePassages {
  let now = cursor;
  const outcomes = claims.map((claim) => {
    const passage = passFence(now, claim);
    now = passage.cursor;
    return passage.outcome;
  });
  return { outcomes, cursor: now };
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
export function cursorMoveOf(claims: readonly FencedNumber[]): CursorMove | undefined {
  const [first] = claims;
  if (first === undefined) return undefined;
  const { epoch, sequence, overGap } = first;
  const isRun = claims.every((claim, at) => claim.epoch === epoch && claim.sequence === sequence + at);
  if (!isRun) return undefined;
  const target = sequence + claims.length - 1;
  // A cursor below 0 does not exist: over a gap any lower one will do.
  return { epoch, low: overGap ? 0 : sequence - 1, high: target - 1, target };
}
