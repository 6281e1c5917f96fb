import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { findBroker } from '@waybill/conformance/brokers';
import { virtualClock } from '@waybill/core/testing';
import type { VirtualClock } from '@waybill/core/testing';
import { ensureTable } from '../table/ensure-table.ts';

/** A DynamoDB Local with one table, for a file of tests. */
export interface LocalDynamodb {
  readonly client: DynamoDBClient;
  /** Makes an empty table and gives its name. */
  readonly newTable: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** `undefined` where no server can be had; the reason is printed. */
export async function localDynamodb(subject: string): Promise<LocalDynamodb | undefined> {
  const broker = await findBroker('dynamodb', subject);
  if (broker === undefined) return undefined;
  const client = new DynamoDBClient({
    endpoint: broker.address,
    region: 'local',
    credentials: { accessKeyId: 'waybill', secretAccessKey: 'waybill' },
  });
  let tables = 0;
  return {
    client,
    newTable: async () => {
      tables += 1;
      const table = `waybill-${process.pid}-${tables}-${process.hrtime.bigint()}`;
      await ensureTable({ client, table });
      return table;
    },
    stop: async () => {
      client.destroy();
      await broker.stop();
    },
  };
}

/** Virtual time ahead of the machine's: the server deletes by its own clock what is past by ours, and tests of expiry need it still there. */
export const aheadClock = (): VirtualClock => virtualClock({ startMs: Date.UTC(2080, 0, 1) });
