import { findBroker } from '@waybill/conformance/brokers';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import { migrate } from '../schema/migrate.ts';
import { startRequestChild } from '../testing/start-request-child.ts';
import type { RequestChild } from '../testing/start-request-child.ts';

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'requests whose process dies or freezes in between');
const url = server?.address ?? '';
const children: RequestChild[] = [];
let admin: Client;

const start = (): RequestChild => {
  const request = { operation: 'POST /refunds', key: 'k', request: { orderId: 'o-1' }, leaseMs: 60_000 };
  const child = startRequestChild({ url, request });
  children.push(child);
  return child;
};
const endLease = () => admin.query("update waybill.inbox set lease_until = now() - interval '1 second'");
const refunds = async () => (await admin.query<{ readonly worker: string }>('select worker from refunds')).rows;

beforeEach(async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query('drop schema if exists waybill cascade; drop table if exists refunds');
  await admin.query('create table refunds (worker text not null)');
  const database = pgDatabase({ url, listenUrl: 'off' });
  await migrate(database);
  await database.close();
});
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill9();
  await admin.end();
});
afterAll(() => server?.stop());

test('a kill -9 while the provider is asked holds the request for its lease, and then the next one has it', async () => {
  const first = start();
  expect(await first.calls).toBe('POST /refunds:k');
  await first.kill9();
  expect(await start().ends).toEqual({ status: 'in-progress', text: '' });
  await endLease();
  const taker = start();
  expect(await taker.calls).toBe('POST /refunds:k');
  taker.answer();
  expect(await taker.ends).toEqual({ status: 'answered', text: `by ${taker.pid}` });
  expect(await start().ends).toEqual({ status: 'answered', text: `by ${taker.pid}` });
  expect(await refunds()).toEqual([{ worker: taker.pid }]);
});

test('a process that is frozen past its lease wakes up to the answer of who took over, and has no effect', async () => {
  const frozen = start();
  await frozen.calls;
  frozen.freeze();
  await endLease();
  const taker = start();
  await taker.calls;
  taker.answer();
  await taker.ends;
  frozen.answer();
  frozen.goOn();
  expect(await frozen.ends).toEqual({ status: 'answered', text: `by ${taker.pid}` });
  expect(await refunds()).toEqual([{ worker: taker.pid }]);
});
