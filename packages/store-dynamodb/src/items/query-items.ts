import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { DynamodbClient } from '../options.ts';
import { keyValues, textValue } from './item.ts';
import type { Item } from './item.ts';

export interface ItemQuery {
  readonly pk: string;
  /** Only sort keys that begin with it. */
  readonly prefix?: string;
  /** Only sort keys behind it. */
  readonly after?: string;
  /** Items of one page; DynamoDB ends a page at 1 MB in any case. */
  readonly pageItems?: number;
  /** Names of the attributes to be sent. Default: all. */
  readonly attributes?: readonly string[];
}

/** Pages of one partition in the order of the sort keys, each as committed last. */
export async function* queryPages(
  client: DynamodbClient,
  table: string,
  { pk, prefix, after, pageItems, attributes }: ItemQuery,
): AsyncGenerator<readonly Item[]> {
  let start = after === undefined ? undefined : keyValues({ pk, sk: after });
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: {
          ':pk': textValue(pk),
          ...(prefix === undefined ? {} : { ':prefix': textValue(prefix) }),
        },
        ...(attributes === undefined ? {} : projectionOf(attributes)),
        ...(pageItems === undefined ? {} : { Limit: pageItems }),
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    yield page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

/** All items of one partition. */
export async function queryAll(client: DynamodbClient, table: string, query: ItemQuery): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of queryPages(client, table, query)) items.push(...page);
  return items;
}

/** Many names are reserved words of the expressions, so all of them are given by placeholders. */
const projectionOf = (names: readonly string[]) => ({
  ProjectionExpression: names.map((_, index) => `#a${index}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#a${index}`, name])),
});
