import { Client } from 'pg';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { findBroker } from '../brokers/index.ts';
import { createShopTables } from './shop-tables.ts';

const database = await findBroker('postgres', 'what the judge of the kill matrix sees');
afterAll(() => database?.stop());

test.skipIf(database === undefined)(
  'the judge sees what is lost, what came twice and what came in the wrong order, each in its cell',
  async () => {
    const address = database?.address ?? '';
    const tables = await createShopTables(address, 'judged');
    onTestFinished(() => tables.close());
    const client = new Client({ connectionString: address });
    await client.connect();
    const insert = async (table: string, cell: string, numbers: readonly number[]): Promise<void> => {
      for (const number of numbers) {
        await client.query(`insert into judged.${table} (cell, customer, number) values ($1, 'ada', $2)`, [
          cell,
          number,
        ]);
      }
    };
    const cells: Readonly<Record<string, readonly [charges: readonly number[], records: readonly number[]]>> = {
      right: [
        [1, 2, 3],
        [1, 2, 3],
      ],
      lost: [
        [1, 2],
        [1, 2, 3],
      ],
      twice: [
        [1, 2, 2, 3],
        [1, 2, 3],
      ],
      late: [
        [1, 2, 3, 1],
        [1, 2, 3],
      ],
      swapped: [
        [1, 2, 3],
        [2, 1, 3],
      ],
    };
    for (const [cell, [charges, records]] of Object.entries(cells)) {
      await insert('orders', cell, [1, 2, 3]);
      await insert('charges', cell, charges);
      await insert('records', cell, records);
    }
    await client.end();

    expect(Object.fromEntries(await tables.judge())).toEqual({
      lost: { lost: 1, duplicates: 0, reorders: 0 },
      twice: { lost: 0, duplicates: 1, reorders: 0 },
      late: { lost: 0, duplicates: 1, reorders: 1 },
      swapped: { lost: 0, duplicates: 0, reorders: 1 },
    });
    expect(await tables.orders()).toBe(15);
    await tables.drop();
    await expect(tables.orders()).rejects.toThrow('does not exist');
  },
);
