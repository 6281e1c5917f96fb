import type { Claim, ClaimOutcome, IdentityClaim, OpenKeyClaim, SequenceClaim } from '@waybill/core/driver';
import { expiryOf, isExpired } from '../items/expiry.ts';
import { itemKeys } from '../items/item-keys.ts';
import { numberValue, readBytes, readNumber, readText, textValue } from '../items/item.ts';
import type { Item, ItemKey } from '../items/item.ts';
import type { WorkingItems } from '../transaction/working-items.ts';
import { compareEpochs } from './epoch-order.ts';
import type { EpochOrder } from './epoch-order.ts';

export interface ClaimSettings {
  readonly inboxRetentionMs: number;
}

const claimed: ClaimOutcome = { status: 'claimed' };
const duplicate: ClaimOutcome = { status: 'duplicate', answer: undefined };
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
  const { epoch, sequence } = claim;
  const at = itemKeys.cursor(claim.scope, claim.channel, claim.key);
  const item = items.get(at);
  const known = item === undefined ? undefined : cursorOf(item);
  const outcome = judgeNumber(known, claim);
  if (outcome.status !== 'claimed') return outcome;
  const since = known !== undefined && known.epoch !== epoch ? sequence : known?.since;
  items.write(at, {
    epoch: textValue(epoch),
    last: numberValue(sequence),
    ...(since === undefined ? {} : { since: numberValue(since) }),
  });
  return outcome;
}

interface Cursor {
  readonly epoch: string;
  readonly last: number;
  /** The number with which this epoch went on from an earlier one; `undefined` where the cursor began with it. */
  readonly since: number | undefined;
}

const cursorOf = (item: Item): Cursor => ({
  epoch: readText(item, 'epoch'),
  last: readNumber(item, 'last') ?? 0,
  since: readNumber(item, 'since'),
});

function judgeNumber(cursor: Cursor | undefined, claim: SequenceClaim): ClaimOutcome {
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

/** A key that is found open is held so: parking it meanwhile makes the commit fail. */
function claimOpenKey(items: WorkingItems, { scope, channel, key }: OpenKeyClaim): ClaimOutcome {
  const at = itemKeys.parkedKey(scope, channel, key);
  if (items.get(at) !== undefined) return parked;
  items.hold(at);
  return claimed;
}
