import { CreateTableCommand, UpdateTimeToLiveCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expiryAttribute, tableDefinition } from './table-definition.ts';

export interface EnsureTableOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** How long a new table may take to be ready. Default 60. */
  readonly waitSeconds?: number;
}

/**
 * Makes the table where it is not there: for tests and development. In production the table comes from CloudFormation or the like, with
 * recovery to a point in time and rights that a service does not need. Safe to run from several instances at once.
 */
export async function ensureTable({ client, table, waitSeconds = 60 }: EnsureTableOptions): Promise<void> {
  const isNew = await create(client, table);
  await waitUntilTableExists({ client, maxWaitTime: waitSeconds, minDelay: 1, maxDelay: 2 }, { TableName: table });
  if (!isNew) return;
  const TimeToLiveSpecification = { AttributeName: expiryAttribute, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
}

async function create(client: DynamoDBClient, table: string): Promise<boolean> {
  try {
    await client.send(new CreateTableCommand({ TableName: table, ...tableDefinition }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceInUseException') return false;
    throw error;
  }
}
