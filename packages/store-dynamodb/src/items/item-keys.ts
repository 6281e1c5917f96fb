import { createHash } from 'node:crypto';
import { indexedText, joinedTexts } from './indexed-text.ts';
import type { ItemKey } from './item.ts';

/** The subscription under which letters of the outbox itself stand. */
const outboxSubscription = 'outbox';

/** Every kind of item of the table; the README draws the layout. What is often written has a partition of its own. */
export const itemKeys = {
  store: (): ItemKey => ({ pk: 'store', sk: 'store' }),
  identity: (scope: string, key: string): ItemKey => ({ pk: `identity#${joinedTexts(scope, key)}`, sk: 'mark' }),
  cursor: (scope: string, channel: string, key: string): ItemKey => ({
    pk: `cursor#${joinedTexts(scope, channel, key)}`,
    sk: 'cursor',
  }),
  numbering: (kind: string, channel: string, key: string): ItemKey => ({
    pk: `numbering#${joinedTexts(kind, channel, key)}`,
    sk: 'numbering',
  }),
  outboxRow: (rowId: number, buckets: number): ItemKey => ({
    pk: outboxPartition(rowId % buckets),
    sk: paddedNumber(rowId),
  }),
  bucket: (bucket: number): ItemKey => ({ pk: relayPartition, sk: `bucket#${String(bucket).padStart(2, '0')}` }),
  relay: (owner: string): ItemKey => ({ pk: relayPartition, sk: `relay#${indexedText(owner)}` }),
  letter: (position: number): ItemKey => ({ pk: letterPartition, sk: paddedNumber(position) }),
  letterId: (id: string): ItemKey => ({ pk: `letter#${joinedTexts(id)}`, sk: 'position' }),
  letterPositions: (): ItemKey => ({ pk: 'letter-positions', sk: 'last' }),
  parkedKey: (subscription: string, channel: string, key: string): ItemKey => ({
    pk: `parked#${joinedTexts(subscription, channel, key)}`,
    sk: 'letters',
  }),
  /** The same key once more, where all of them can be listed. */
  parkedKeyEntry: (subscription: string, channel: string, key: string): ItemKey => ({
    pk: parkedPartition,
    sk: `${subscription === outboxSubscription ? parkedOutboxPrefix : 'subscription#'}${digestOf(subscription, channel, key)}`,
  }),
} as const;

export const relayPartition = 'relays';
export const letterPartition = 'letters';
export const parkedPartition = 'parked-keys';
export const parkedOutboxPrefix = 'outbox#';

export const outboxPartition = (bucket: number): string => `outbox#${String(bucket).padStart(2, '0')}`;

/** Numbers whose order as texts is their order. */
export const paddedNumber = (value: number): string => String(value).padStart(16, '0');

const digestOf = (...texts: readonly string[]): string =>
  createHash('sha256')
    .update(joinedTexts(...texts))
    .digest('hex');
