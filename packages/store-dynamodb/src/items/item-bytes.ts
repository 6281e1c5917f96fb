import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './item.ts';

/** DynamoDB's limit of one item: 400 KB, names included (AWS "Service quotas": Items). */
export const itemBytesMax: number = 400 * 1024;

/** The size that DynamoDB counts for an item, rounded up where its rules are loose (AWS "DynamoDB item sizes and formats"). */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  if (value.L !== undefined) return 3 + sum(value.L.map((part) => 1 + valueBytes(part)));
  if (value.SS !== undefined) return sum(value.SS.map((text) => Buffer.byteLength(text)));
  if (value.NS !== undefined) return sum(value.NS.map(numberBytes));
  return value.BS === undefined ? 1 : sum(value.BS.map((bytes) => bytes.byteLength));
}

const numberBytes = (digits: string): number => Math.ceil(digits.length / 2) + 2;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
