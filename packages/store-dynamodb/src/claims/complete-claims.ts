import type { Completion } from '@waybill/core/driver';
import { DynamodbStoreError } from '../dynamodb-error.ts';
import { expiryOf, isExpired } from '../items/expiry.ts';
import { itemKeys } from '../items/item-keys.ts';
import { bytesValue, readNumber, textValue } from '../items/item.ts';
import type { WorkingItems } from '../transaction/working-items.ts';
import type { ClaimSettings } from './make-claims.ts';

/**
 * Stores the answers and makes the claims final. Only the first completion of a lease counts, and only of its owner: a worker whose lease ran
 * out must not commit its work as well.
 * @throws DynamodbStoreError `not-found`
 */
export async function completeClaims(
  items: WorkingItems,
  completions: readonly Completion[],
  nowMs: number,
  { inboxRetentionMs }: ClaimSettings,
): Promise<void> {
  await items.load(completions.map(({ scope, key }) => itemKeys.identity(scope, key)));
  for (const { scope, key, owner, answer } of completions) {
    const at = itemKeys.identity(scope, key);
    const mark = items.get(at);
    const isThere = mark !== undefined && (items.isWritten(at) || !isExpired(mark, nowMs));
    const isOpen = isThere && (readNumber(mark, 'leaseUntil') !== undefined || items.isWritten(at));
    if (!isOpen || mark['owner']?.S !== owner) {
      throw new DynamodbStoreError('not-found', `Nothing is in progress in ${scope} under this key.`);
    }
    const { fingerprint = textValue(''), owner: ownerValue, keepUntil } = mark;
    items.write(at, {
      fingerprint,
      ...(ownerValue === undefined ? {} : { owner: ownerValue }),
      ...(keepUntil === undefined ? {} : { keepUntil }),
      ...(answer === undefined ? {} : { answer: bytesValue(answer) }),
      ...expiryOf(Math.min(nowMs + inboxRetentionMs, readNumber(mark, 'keepUntil') ?? Infinity)),
    });
  }
}
