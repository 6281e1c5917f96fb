import { compareEpochs } from './compare-epochs.ts';
import type { EpochOrder } from './compare-epochs.ts';
import type { ClaimOutcome, SequenceClaim } from './store-driver.ts';

/** How far a scope has come with one key. */
export interface FenceCursor {
  readonly epoch: string;
  readonly last: number;
  /** The number with which this epoch went on from an earlier one; `undefined` where the cursor began with it. */
  readonly since: number | undefined;
}

export type FencedNumber = Pick<SequenceClaim, 'epoch' | 'sequence' | 'firstSequence' | 'overGap'>;

export interface FencePassage {
  readonly outcome: ClaimOutcome;
  /** The cursor afterwards: the very one that was given unless the number was claimed. */
  readonly cursor: FenceCursor | undefined;
}

/** Puts a number to the cursor of its key. The whole rule of the fence, wherever the cursor is kept. */
export function passFence(cursor: FenceCursor | undefined, claim: FencedNumber): FencePassage {
  const outcome = judge(cursor, claim);
  return { outcome, cursor: outcome.status === 'claimed' ? moved(cursor, claim) : cursor };
}

function judge(cursor: FenceCursor | undefined, claim: FencedNumber): ClaimOutcome {
  const { epoch, sequence, firstSequence, overGap } = claim;
  const expected = cursor === undefined ? firstSequence : cursor.last + 1;
  const order = cursor === undefined ? 'same' : compareEpochs(epoch, cursor.epoch);
  if (sequence < expected) return isKnown(order, sequence, cursor?.since) ? duplicate : conflict;
  if (order === 'earlier' || order === 'foreign') return conflict;
  return sequence > expected && !overGap ? { status: 'gap', expected } : claimed;
}

/**
 * Whether a number that the cursor has passed is that of the message it was passed with. After a failover two numberings may have given it:
 * the earlier one below `since`, the later one from there on. What is numbered anew must never be taken for a duplicate.
 */
function isKnown(order: EpochOrder, sequence: number, since: number | undefined): boolean {
  if (order === 'same') return since === undefined || sequence >= since;
  return order === 'earlier' && (since === undefined || sequence < since);
}

function moved(cursor: FenceCursor | undefined, { epoch, sequence }: FencedNumber): FenceCursor {
  const isOther = cursor !== undefined && cursor.epoch !== epoch;
  return { epoch, last: sequence, since: isOther ? sequence : cursor?.since };
}

const claimed: ClaimOutcome = { status: 'claimed' };
const duplicate: ClaimOutcome = { status: 'duplicate', answer: undefined };
const conflict: ClaimOutcome = { status: 'conflict' };
