import type { Claim, ClaimOutcome, Completion, IdentityClaim, OpenKeyClaim, SequenceClaim } from '../driver/index.ts';
import { memoryError } from './memory-error.ts';
import { compositeKey } from './memory-store-state.ts';
import type { MemoryStoreState } from './memory-store-state.ts';
import type { WorkingSet } from './working-set.ts';

/** Inbox, sequence fence and parked keys, over the working set of one transaction. */
export interface MemoryClaims {
  readonly claim: (claim: Claim) => ClaimOutcome;
  readonly complete: (completion: Completion) => void;
}

export function createMemoryClaims(state: MemoryStoreState, working: WorkingSet, now: () => number): MemoryClaims {
  return {
    claim: (claim) => {
      if (claim.kind === 'identity') return claimIdentity(state, working, claim, now());
      if (claim.kind === 'sequence') return claimSequence(state, working, claim);
      return claimOpenKey(state, working, claim);
    },
    complete: ({ scope, key, answer }) => {
      const id = compositeKey(scope, key);
      const record = working.get(state.identities, id);
      if (record === undefined) throw memoryError('not-found', `Nothing was claimed in ${scope} under this key.`);
      working.set(state.identities, id, { ...record, isDone: true, answer });
    },
  };
}

function claimIdentity(
  { identities }: MemoryStoreState,
  working: WorkingSet,
  { scope, key, fingerprint, leaseMs }: IdentityClaim,
  now: number,
): ClaimOutcome {
  const id = compositeKey(scope, key);
  const record = working.get(identities, id);
  if (record !== undefined) {
    if (record.fingerprint !== fingerprint) return { status: 'conflict' };
    if (record.isDone) return { status: 'duplicate', answer: record.answer };
    if (now < record.leaseUntilMs) return { status: 'in-progress', retryAfterMs: record.leaseUntilMs - now };
  }
  working.set(identities, id, {
    fingerprint,
    isDone: leaseMs === 0,
    leaseUntilMs: now + leaseMs,
    answer: undefined,
  });
  return { status: 'claimed' };
}

function claimSequence(
  { cursors }: MemoryStoreState,
  working: WorkingSet,
  { scope, channel, key, epoch, sequence, firstSequence, overGap }: SequenceClaim,
): ClaimOutcome {
  const id = compositeKey(scope, channel, key);
  const cursor = working.get(cursors, id);
  if (cursor !== undefined && cursor.epoch !== epoch) return { status: 'conflict' };
  if (cursor !== undefined && sequence <= cursor.sequence) return { status: 'duplicate', answer: undefined };
  const expected = cursor === undefined ? firstSequence : cursor.sequence + 1;
  if (sequence > expected && !overGap) return { status: 'gap', expected };
  working.set(cursors, id, { epoch, sequence });
  return { status: 'claimed' };
}

function claimOpenKey(
  { parked }: MemoryStoreState,
  working: WorkingSet,
  { scope, channel, key }: OpenKeyClaim,
): ClaimOutcome {
  const isParked = working.get(parked, compositeKey(scope, channel, key)) !== undefined;
  return { status: isParked ? 'parked' : 'claimed' };
}
