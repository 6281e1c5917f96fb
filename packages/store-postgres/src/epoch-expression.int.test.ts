import { findBroker } from '@waybill/conformance/brokers';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { epochExpression } from './epoch-expression.ts';

const server = await findBroker('postgres', 'the name of a numbering on PostgreSQL');

beforeEach(({ skip }) => skip(server === undefined, 'PostgreSQL cannot be had here.'));
afterAll(() => server?.stop());

async function onDatabase<Result>(name: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const url = new URL(server?.address ?? '');
  if (name !== '') url.pathname = `/${name}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const epochIn = async (client: Client): Promise<unknown> => {
  const { rows } = await client.query<{ epoch: string }>(`select ${epochExpression('server', '"waybill"')} as epoch`);
  return rows[0]?.epoch;
};

const tablespaces = [
  ['the default tablespace', 'in_default'],
  ['a tablespace of its own', 'in_another'],
] as const;

beforeAll(async () => {
  if (server === undefined) return;
  await onDatabase('', async (client) => {
    await client.query('create database in_default');
    await client.query('set allow_in_place_tablespaces = true');
    await client.query("create tablespace another location ''");
    await client.query('create database in_another tablespace another');
  });
});

test.each(tablespaces)('it names system, timeline and database, in %s', (_, name) =>
  onDatabase(name, async (client) => {
    const epoch = await epochIn(client);
    const { rows } = await client.query<{ system: string; oid: number }>(`select system_identifier::text as system,
      (select oid from pg_database where datname = current_database()) from pg_control_system()`);
    expect(epoch).toBe(`${rows[0]?.system}.1.${rows[0]?.oid}`);
    expect(await epochIn(client)).toBe(epoch);
  }),
);

test('two databases of one server have numberings of their own', async () => {
  const epochs = await Promise.all(tablespaces.map(([, name]) => onDatabase(name, epochIn)));
  expect(new Set(epochs).size).toBe(2);
});
