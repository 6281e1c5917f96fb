import { expect, test } from 'vitest';
import { readOptions } from '../options.ts';
import { scriptedClient, sdkError } from '../testing/scripted-client.ts';
import { openTable } from './open-table.ts';
import { tableDefinition } from './table-definition.ts';

interface Noted {
  readonly layout: number;
  readonly buckets: number;
}

/** A table that another instance has noted before, or whose definition is another one. */
function open(noted: Noted, description: object = { ...tableDefinition, TableId: 'id-1' }) {
  const { client } = scriptedClient(({ name }) => {
    if (name === 'DescribeTableCommand') return { Table: description };
    if (name === 'PutItemCommand') return sdkError('ConditionalCheckFailedException');
    return { Item: { layout: { N: `${noted.layout}` }, buckets: { N: `${noted.buckets}` }, epoch: { S: 'noted' } } };
  });
  return openTable(readOptions({ client, table: 't', buckets: 4 }));
}

test('the numbering has the name of the table’s own id, which a restored table has not', async () => {
  expect(await open({ layout: 1, buckets: 4 })).toEqual({ epoch: 'id-1' });
  expect(await open({ layout: 1, buckets: 4 }, { ...tableDefinition, TableId: 'id-2' })).toEqual({ epoch: 'id-2' });
});

test('where the server gives no ids, the name that was noted counts', async () => {
  expect(await open({ layout: 1, buckets: 4 }, tableDefinition)).toEqual({ epoch: 'noted' });
});

test('a layout that is newer than the code, other buckets and other keys are refused', async () => {
  await expect(open({ layout: 2, buckets: 4 })).rejects.toMatchObject({ reason: 'schema-newer' });
  await expect(open({ layout: 1, buckets: 8 })).rejects.toMatchObject({ reason: 'table-mismatch' });
  const keyedById = { ...tableDefinition, KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] };
  await expect(open({ layout: 1, buckets: 4 }, keyedById)).rejects.toMatchObject({ reason: 'table-mismatch' });
});
