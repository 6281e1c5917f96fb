import type {
  Claim,
  ClaimOutcome,
  Completion,
  FenceCursor,
  IdentityClaim,
  OpenKeyClaim,
  SequenceClaim,
} from '../driver/index.ts';
import { passFence } from '../driver/index.ts';
import { groupOf } from './grouped-map.ts';
import { memoryError } from './memory-error.ts';
import type { IdentityMark } from './memory-store-state.ts';
import type { ParkedKey } from './parked-keys.ts';
import type { WorkingMap } from './working-map.ts';

/** What one transaction sees of inbox, sequence fence and parked keys. */
export interface ClaimMaps {
  readonly identities: WorkingMap<IdentityMark>;
  readonly cursors: WorkingMap<FenceCursor>;
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

/** Whether a mark has been kept for as long as its claim said; never before its lease. */
const isOver = ({ keepUntilMs, leaseUntilMs = -Infinity }: IdentityMark, nowMs: number): boolean =>
  nowMs >= Math.max(keepUntilMs, leaseUntilMs);

function claimSequence({ cursors }: ClaimMaps, claim: SequenceClaim): ClaimOutcome {
  const group = groupOf(claim.scope, claim.channel);
  const before = cursors.get(group, claim.key);
  const { outcome, cursor } = passFence(before, claim);
  if (cursor !== undefined && cursor !== before) cursors.set(group, claim.key, cursor);
  return outcome;
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
