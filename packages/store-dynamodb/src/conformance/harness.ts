import { DynamoDBClient, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { OpenStoreHarness, StoreDatabase, StoreHarness } from '@waybill/conformance';
import { startBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import { dynamodbStore } from '../dynamodb-store.ts';
import { ensureTable } from '../table/ensure-table.ts';
import type { DynamodbTransaction } from '../transaction/dynamodb-transaction.ts';
import { dynamodbLevels } from './dynamodb-levels.ts';

/** The partition of the rows that cases write as a handler does, in the table of the store. */
const effects = 'effects';

/** One server for all cases, and a table for each. */
export const openStoreHarness: OpenStoreHarness = async () => {
  const broker = await startBroker('dynamodb');
  const credentials = { accessKeyId: 'waybill', secretAccessKey: 'waybill' };
  const newClient = (): DynamoDBClient =>
    new DynamoDBClient({ endpoint: broker.address, region: 'local', credentials });
  const admin = newClient();
  const clients: DynamoDBClient[] = [admin];
  let tables = 0;

  const createDatabase = async (): Promise<StoreDatabase> => {
    tables += 1;
    const table = `waybill-${process.pid}-${tables}-${process.hrtime.bigint()}`;
    await ensureTable({ client: admin, table });
    const keysOf = async (partition: string): Promise<readonly string[]> => {
      const query = new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: partition } },
      });
      const { Items = [] } = await admin.send(query);
      return Items.map((item) => item['sk']?.S ?? '');
    };
    return {
      open: async () => {
        const client = newClient();
        clients.push(client);
        return dynamodbStore({ client, table });
      },
      writeRow: async (native, id) => {
        (native as DynamodbTransaction).put({
          TableName: table,
          Item: { pk: { S: effects }, sk: { S: id } },
          ConditionExpression: 'attribute_not_exists(pk)',
        });
      },
      rows: () => keysOf(effects),
      fenceRecords: async () => {
        const scan = new ScanCommand({
          TableName: table,
          ConsistentRead: true,
          FilterExpression: 'begins_with(pk, :cursor)',
          ExpressionAttributeValues: { ':cursor': { S: 'cursor#' } },
        });
        return (await admin.send(scan)).Count ?? 0;
      },
      drop: async () => undefined,
    };
  };

  const harness: StoreHarness = {
    store: 'dynamodb',
    product: broker.product,
    version: broker.version,
    startedBy: broker.startedBy,
    levels: dynamodbLevels,
    timing: { leaseMs: 600, settleMs: 150, patienceMs: 20_000 },
    createDatabase,
    // Nothing is written before the one request of the commit, so a process that dies leaves nothing behind.
    faults: { abandon: async () => undefined, ...serverFaults(broker) },
    absent: {
      killServer: 'a service of many machines; the local one keeps its tables in memory',
      cutConnections: 'a transaction is one request and holds no connection',
    },
    stop: async () => {
      for (const client of clients) client.destroy();
      await broker.stop();
    },
  };
  return harness;
};

/** What only he may do to a server who started it. */
function serverFaults(broker: Broker): Pick<StoreHarness['faults'], 'pauseServer'> {
  if (broker.startedBy === 'environment') return {};
  const pauseServer = async (): Promise<() => Promise<void>> => {
    await broker.pause();
    return () => broker.resume();
  };
  return { pauseServer };
}
