import { numberValue, readNumber } from './item.ts';
import type { Item } from './item.ts';

/**
 * The attribute that DynamoDB's time to live reads, in whole seconds, rounded up. DynamoDB deletes "within a few days": until then the
 * item is there for every read and condition, so readers ask {@link isExpired} and conditions compare as well.
 */
export const expiryOf = (atMs: number): Item =>
  Number.isFinite(atMs) ? { expiresAt: numberValue(Math.ceil(atMs / 1000)) } : {};

/** Whether an item that is still there no longer counts. */
export function isExpired(item: Item, nowMs: number): boolean {
  const expiresAt = readNumber(item, 'expiresAt');
  return expiresAt !== undefined && nowMs >= expiresAt * 1000;
}
