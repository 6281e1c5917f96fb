import type { Claim, ClaimOutcome, Completion, IdentityClaim, OpenKeyClaim, SequenceClaim } from '../driver/index.ts';
import { groupOf } from './grouped-map.ts';
import { memoryError } from './memory-error.ts';
import type { Cursor, IdentityMark } from './memory-store-state.ts';
import type { ParkedKey } from './parked-keys.ts';
import type { WorkingMap } from './working-map.ts';

/** What one transaction sees of inbox, sequence fence and parked keys. */
export interface ClaimMaps {
  readonly identities: WorkingMap<IdentityMark>;
  readonly cursors: WorkingMap<Cursor>;
  readonly parked: WorkingMap<ParkedKey>;
}

const claimed: ClaimOutcome = { status: 'claimed' };
const conflict: ClaimOutcome = { status: 'conflict' };
const parked: ClaimOutcome = { status: 'parked' };

export function makeClaim(maps: ClaimMaps, claim: Claim, nowMs: number): ClaimOutcome {
  if (claim.kind === 'identity') return claimIdentity(maps, claim, nowMs);
  return claim.kind === 'sequence' ? claimSequence(maps, claim) : claimOpenKey(maps, claim);
}

function claimIdentity(
  { identities }: ClaimMaps,
  { scope, key, fingerprint, leaseMs, owner, retentionMs = Infinity }: IdentityClaim,
  nowMs: number,
): ClaimOutcome {
  const mark = identities.get(scope, key);
  if (mark !== undefined && !isOver(mark, nowMs)) {
    if (mark.fingerprint !== fingerprint) return conflict;
    if (mark.leaseUntilMs === undefined) return { status: 'duplicate', answer: mark.answer };
    if (nowMs < mark.leaseUntilMs) return { status: 'in-progress', retryAfterMs: mark.leaseUntilMs - nowMs };
  }
  const leaseUntilMs = leaseMs === 0 ? undefined : nowMs + leaseMs;
  const keepUntilMs = nowMs + retentionMs;
  identities.set(scope, key, { fingerprint, owner, leaseUntilMs, keepUntilMs, answer: undefined });
  return claimed;
}

function claimSequence({ cursors }: ClaimMaps, claim: SequenceClaim): ClaimOutcome {
  const { epoch, sequence } = claim;
  const group = groupOf(claim.scope, claim.channel);
/** Whether a mark has been kept for as long as its claim said; never before its lease. */
const isOver = ({ keepUntilMs, leaseUntilMs = -Infinity }: IdentityMark, nowMs: number): boolean =>
  nowMs >= Math.max(keepUntilMs, leaseUntilMs);

  const cursor = cursors.get(group, claim.key);
  if (cursor !== undefined && cursor.epoch !== epoch) return conflict;
  const expected = cursor === undefined ? claim.firstSequence : cursor.sequence + 1;
  if (sequence < expected) return { status: 'duplicate', answer: undefined };
  if (sequence > expected && !claim.overGap) return { status: 'gap', expected };
  cursors.set(group, claim.key, { epoch, sequence });
  return claimed;
}

/** That it was looked at is enough to hold the key open: parking it meanwhile makes the commit fail. */
function claimOpenKey(maps: ClaimMaps, { scope, channel, key }: OpenKeyClaim): ClaimOutcome {
  return maps.parked.get(groupOf(scope, channel), key) === undefined ? claimed : parked;
}

/**
 * Only the first completion of a lease counts, and only of its owner: a worker whose lease ran out must not commit its work as well.
 * @throws `not-found`
 */
export function completeClaim(
  { identities }: ClaimMaps,
  { scope, key, owner, answer }: Completion,
  isOwn: (scope: string, key: string) => boolean,
): void {
  const mark = identities.get(scope, key);
  const isOpen = mark !== undefined && (mark.leaseUntilMs !== undefined || isOwn(scope, key));
  if (!isOpen || mark.owner !== owner) {
    throw memoryError('not-found', `Nothing is in progress in ${scope} under this key.`);
  }
  identities.set(scope, key, { ...mark, leaseUntilMs: undefined, answer });
}
