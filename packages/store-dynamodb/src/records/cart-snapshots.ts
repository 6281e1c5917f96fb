import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expiryOf, isExpired } from '../items/expiry.ts';
import { keyValues, readText, textValue } from '../items/item.ts';
import { recordKeys } from './record-keys.ts';
import { readRecordOptions, requireKey } from './record-options.ts';
import type { RecordOptions } from './record-options.ts';
import { absentOrExpired, nowValue, putIf } from './write-if.ts';

export interface CartSnapshotOptions<Cart> extends RecordOptions {
  /** Checks what was read, such as `schema.parse`. */
  readonly parse: (stored: unknown) => Cart;
  /** How long a snapshot counts. Default 604,800,000 (a week). */
  readonly retentionMs?: number;
}

/** Which checkout attempt of which customer. */
export interface CheckoutAttempt {
  readonly customerId: string;
  readonly attemptId: string;
}

/** The cart as it was when the buyer pressed the button: priced once, and the same for every retry of the attempt. */
export interface CartSnapshots<Cart> {
  /** The first one of an attempt stays; `conflict` brings it when another cart is given under the same attempt. */
  readonly save: (attempt: CheckoutAttempt, cart: Cart) => Promise<SaveOutcome<Cart>>;
  /** `undefined` where there is none, or none that still counts. */
  readonly read: (attempt: CheckoutAttempt) => Promise<Cart | undefined>;
}

export type SaveOutcome<Cart> =
  | { readonly status: 'saved' }
  | { readonly status: 'known' }
  | { readonly status: 'conflict'; readonly cart: Cart };

const weekMs = 604_800_000;

/** @throws DynamodbStoreError `illegal-options` */
export function cartSnapshots<Cart>(options: CartSnapshotOptions<Cart>): CartSnapshots<Cart> {
  const { parse, retentionMs = weekMs } = options;
  const { client, table, clock } = readRecordOptions('cartSnapshots', options, { retentionMs });
  const keyOf = ({ customerId, attemptId }: CheckoutAttempt) =>
    keyValues(recordKeys.cart(requireKey(customerId, 'customer'), requireKey(attemptId, 'attempt')));
  return {
    save: async (attempt, cart) => {
      const nowMs = clock.now();
      const text = JSON.stringify(cart);
      const end = await putIf(client, {
        TableName: table,
        Item: { ...keyOf(attempt), cart: textValue(text), ...expiryOf(nowMs + retentionMs) },
        ConditionExpression: absentOrExpired,
        ExpressionAttributeValues: nowValue(nowMs),
      });
      if (end.isDone) return { status: 'saved' };
      const stored = readText(end.found ?? {}, 'cart');
      return stored === text ? { status: 'known' } : { status: 'conflict', cart: parse(JSON.parse(stored)) };
    },
    read: async (attempt) => {
      const { Item: found } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyOf(attempt), ConsistentRead: true }),
      );
      if (found === undefined || isExpired(found, clock.now())) return undefined;
      return parse(JSON.parse(readText(found, 'cart')));
    },
  };
}
