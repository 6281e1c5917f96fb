import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** An item as DynamoDB's API has it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** Where an item lies in the store's table. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

export const textValue = (text: string): AttributeValue => ({ S: text });
export const numberValue = (value: number): AttributeValue => ({ N: String(value) });
export const bytesValue = (bytes: Uint8Array): AttributeValue => ({ B: bytes });

/** `Key` of a request. */
export const keyValues = ({ pk, sk }: ItemKey): Record<string, AttributeValue> => ({
  pk: textValue(pk),
  sk: textValue(sk),
});

/** One name out of an item's key, for maps in memory. */
export const keyName = ({ pk, sk }: ItemKey): string => `${pk.length}:${pk}${sk}`;

export const keyOf = (item: Item): ItemKey => ({ pk: readText(item, 'pk'), sk: readText(item, 'sk') });

export const readText = (item: Item, name: string): string => item[name]?.S ?? '';

/** `undefined` where the item has no such number. */
export function readNumber(item: Item, name: string): number | undefined {
  const digits = item[name]?.N;
  return digits === undefined ? undefined : Number(digits);
}

/** A copy that is nobody else's; `undefined` where the item has no such bytes. */
export function readBytes(item: Item, name: string): Uint8Array | undefined {
  const bytes = item[name]?.B;
  return bytes === undefined ? undefined : new Uint8Array(bytes);
}
