import { DescribeTableCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { DynamodbStoreError } from '../dynamodb-error.ts';
import { itemKeys } from '../items/item-keys.ts';
import { keyValues, numberValue, readNumber, readText, textValue } from '../items/item.ts';
import type { DynamodbSettings } from '../options.ts';

/** Grows when items are kept in a way that older code would misread. */
const layoutVersion = 1;

export interface OpenTable {
  /** Names the numbering: the id that DynamoDB gives a table when it is made, also when it is restored from a backup. */
  readonly epoch: string;
}

/**
 * Checks that the table is one of this store, with these buckets, and notes both in a new one.
 * @throws DynamodbStoreError `table-mismatch`, `schema-newer`
 */
export async function openTable(settings: DynamodbSettings): Promise<OpenTable> {
  const { client, table } = settings;
  const { Table: found } = await client.send(new DescribeTableCommand({ TableName: table }));
  if (found === undefined || !hasOurKeys(found)) {
    throw new DynamodbStoreError('table-mismatch', `The table ${table} is not keyed by the texts pk and sk.`);
  }
  await noteLayout(settings);
  const { Item: noted } = await client.send(
    new GetItemCommand({ TableName: table, Key: keyValues(itemKeys.store()), ConsistentRead: true }),
  );
  requireLayout(settings, readNumber(noted ?? {}, 'layout'), readNumber(noted ?? {}, 'buckets'));
  // DynamoDB Local gives no ids; there a table is never restored.
  return { epoch: found.TableId ?? readText(noted ?? {}, 'epoch') };
}

const hasOurKeys = ({ KeySchema, AttributeDefinitions }: TableDescription): boolean =>
  ['pk', 'sk'].every(
    (name, index) =>
      KeySchema?.[index]?.AttributeName === name &&
      AttributeDefinitions?.some((one) => one.AttributeName === name && one.AttributeType === 'S') === true,
  );

/** The first one in decides. */
async function noteLayout({ client, table, buckets, newId }: DynamodbSettings): Promise<void> {
  try {
    const Item = {
      ...keyValues(itemKeys.store()),
      layout: numberValue(layoutVersion),
      buckets: numberValue(buckets),
      epoch: textValue(newId()),
    };
    const ConditionExpression = 'attribute_not_exists(pk)';
    await client.send(new PutItemCommand({ TableName: table, Item, ConditionExpression }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
  }
}

function requireLayout({ table, buckets }: DynamodbSettings, layout = 0, noted = 0): void {
  if (layout > layoutVersion) {
    const problem = `The table ${table} has layout ${layout}; this version knows ${layoutVersion}.`;
    throw new DynamodbStoreError('schema-newer', `${problem} Update @waybill/store-dynamodb.`);
  }
  if (noted === buckets) return;
  const problem = `The table ${table} was made with ${noted} buckets, and ${buckets} are asked for.`;
  throw new DynamodbStoreError('table-mismatch', `${problem} The number is fixed for the life of a table.`);
}
