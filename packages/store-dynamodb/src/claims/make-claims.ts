import { passFence } from '@waybill/core/driver';
import type {
  Claim,
  ClaimOutcome,
  FenceCursor,
  IdentityClaim,
  OpenKeyClaim,
  SequenceClaim,
} from '@waybill/core/driver';
import { expiryOf, isExpired } from '../items/expiry.ts';
import { itemKeys } from '../items/item-keys.ts';
import { numberValue, readBytes, readNumber, readText, textValue } from '../items/item.ts';
import type { Item, ItemKey } from '../items/item.ts';
import type { WorkingItems } from '../transaction/working-items.ts';

export interface ClaimSettings {
  readonly inboxRetentionMs: number;
}

const claimed: ClaimOutcome = { status: 'claimed' };
const conflict: ClaimOutcome = { status: 'conflict' };
const parked: ClaimOutcome = { status: 'parked' };

/** Reads everything that the claims are about in one round trip, and answers in order. The commit holds what was claimed. */
export async function makeClaims(
  items: WorkingItems,
  claims: readonly Claim[],
  nowMs: number,
  settings: ClaimSettings,
): Promise<readonly ClaimOutcome[]> {
  await items.load(claims.map(keyOfClaim));
  return claims.map((claim) => {
    if (claim.kind === 'identity') return claimIdentity(items, claim, nowMs, settings);
    return claim.kind === 'sequence' ? claimSequence(items, claim) : claimOpenKey(items, claim);
  });
}

function keyOfClaim(claim: Claim): ItemKey {
  if (claim.kind === 'identity') return itemKeys.identity(claim.scope, claim.key);
  const make = claim.kind === 'sequence' ? itemKeys.cursor : itemKeys.parkedKey;
  return make(claim.scope, claim.channel, claim.key);
}

function claimIdentity(
  items: WorkingItems,
  { scope, key, fingerprint, leaseMs, owner, retentionMs = Infinity }: IdentityClaim,
  nowMs: number,
  { inboxRetentionMs }: ClaimSettings,
): ClaimOutcome {
  const at = itemKeys.identity(scope, key);
  const mark = items.get(at);
  if (mark !== undefined && !isExpired(mark, nowMs) && !isOver(mark, nowMs)) {
    const outcome = refusalOf(mark, fingerprint, nowMs);
    if (outcome !== undefined) return outcome;
  }
  items.write(at, {
    fingerprint: textValue(fingerprint),
    ...(leaseMs === 0 ? {} : { leaseUntil: numberValue(nowMs + leaseMs) }),
    ...(owner === undefined ? {} : { owner: textValue(owner) }),
    ...(Number.isFinite(retentionMs) ? { keepUntil: numberValue(nowMs + retentionMs) } : {}),
    ...expiryOf(nowMs + leaseMs + Math.min(inboxRetentionMs, retentionMs)),
  });
  return claimed;
}

/** Whether a mark has been kept for as long as its claim said, to the millisecond; never before its lease. */
const isOver = (mark: Item, nowMs: number): boolean =>
  nowMs >= Math.max(readNumber(mark, 'keepUntil') ?? Infinity, readNumber(mark, 'leaseUntil') ?? 0);

function refusalOf(mark: Item, fingerprint: string, nowMs: number): ClaimOutcome | undefined {
  if (readText(mark, 'fingerprint') !== fingerprint) return conflict;
  const leaseUntilMs = readNumber(mark, 'leaseUntil');
  if (leaseUntilMs === undefined) return { status: 'duplicate', answer: readBytes(mark, 'answer') };
  return nowMs < leaseUntilMs ? { status: 'in-progress', retryAfterMs: leaseUntilMs - nowMs } : undefined;
}

function claimSequence(items: WorkingItems, claim: SequenceClaim): ClaimOutcome {
  const at = itemKeys.cursor(claim.scope, claim.channel, claim.key);
  const item = items.get(at);
  const before = item === undefined ? undefined : cursorOf(item);
  const { outcome, cursor } = passFence(before, claim);
  if (cursor !== undefined && cursor !== before) items.write(at, itemOf(cursor));
  return outcome;
}

const cursorOf = (item: Item): FenceCursor => ({
  epoch: readText(item, 'epoch'),
  last: readNumber(item, 'last') ?? 0,
  since: readNumber(item, 'since'),
});

const itemOf = ({ epoch, last, since }: FenceCursor): Item => ({
  epoch: textValue(epoch),
  last: numberValue(last),
  ...(since === undefined ? {} : { since: numberValue(since) }),
});

/** A key that is found open is held so: parking it meanwhile makes the commit fail. */
function claimOpenKey(items: WorkingItems, { scope, channel, key }: OpenKeyClaim): ClaimOutcome {
  const at = itemKeys.parkedKey(scope, channel, key);
  if (items.get(at) !== undefined) return parked;
  items.hold(at);
  return claimed;
}
