import { findBroker } from '@waybill/conformance/brokers';
import { answerOnce, createBus, defineCommand } from '@waybill/core';
import type { Bus, OnceAnswer } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { pgDatabase } from '../pg/pg-database.ts';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import { postgresStore } from '../postgres-store.ts';
import type { PostgresStore } from '../postgres-store.ts';
import type { Database, SqlTransaction } from '../sql/database.ts';

// PGlite takes seconds to start, and several files start it at once.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'requests that come twice, on a PostgreSQL server');
const databases: readonly (readonly [string, Database])[] = [
  ['PGlite', pgliteDatabase()],
  ...(server === undefined ? [] : [['PostgreSQL', pgDatabase({ url: server.address })] as const]),
];
afterAll(() => server?.stop());

const ChargeOrder = defineCommand({ name: 'charge-order', version: 1, schema: z.object({ orderId: z.string() }) });
const request = { sku: 'lamp', quantity: 1 };
const operation = 'POST /checkouts';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const said = (answer: OnceAnswer): string =>
  answer.status === 'answered'
    ? `${answer.isReplay ? 'again' : 'first'}: ${new TextDecoder().decode(answer.answer)}`
    : answer.status;

describe.each(databases)('on %s', (_, database) => {
  const store: PostgresStore<SqlTransaction> = postgresStore({ database });
  const bus: Bus<SqlTransaction> = createBus({ transport: memoryTransport(), store, relay: 'off' });

  beforeAll(async () => {
    await bus.start();
    await store.open();
    await database.query('create table once_orders (id bigint generated always as identity, key text not null)');
  });
  beforeEach(() => database.query('truncate once_orders, "waybill".inbox, "waybill".outbox'));
  afterAll(() => bus.stop());

  const place = async (native: SqlTransaction, key: string): Promise<void> => {
    await native.query('insert into once_orders (key) values ($1)', [key]);
  };
  const submit = (key: string, body: unknown = request, retentionMs?: number) =>
    answerOnce({
      bus,
      operation,
      key,
      request: body,
      ...(retentionMs === undefined ? {} : { retentionMs }),
      work: async ({ native, send }) => {
        await place(native, key);
        await send(ChargeOrder, { orderId: key });
        return bytes(`order of ${key}`);
      },
    });
  const countsOf = async () => {
    const { rows } = await database.query(
      'select (select count(*) from once_orders)::text as orders, (select count(*) from "waybill".outbox)::text as messages',
    );
    return rows[0];
  };

  test('of 20 copies at once one places the order, all have its answer, and another body is a conflict', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => submit('k')));
    expect(answers.map(said).toSorted()).toEqual([
      ...Array.from({ length: 19 }, () => 'again: order of k'),
      'first: order of k',
    ]);
    expect(await submit('k', { ...request, quantity: 2 })).toEqual({ status: 'conflict' });
    expect(await countsOf()).toEqual({ orders: '1', messages: '1' });
  });

  test('a key whose retention is over is a new request, before it is pruned and after; others stay', async () => {
    const dayMs = 86_400_000;
    await submit('short', request, dayMs);
    await submit('long', request, 3 * dayMs);
    await submit('for ever');
    await database.query(`update "waybill".inbox
      set keep_until = keep_until - interval '2 days', claimed_at = claimed_at - interval '2 days'`);
    expect(said(await submit('short', 'another', dayMs))).toBe('first: order of short');
    expect(said(await submit('long', request, 3 * dayMs))).toBe('again: order of long');
    await database.query(`update "waybill".inbox set keep_until = now() - interval '1 second' where key = 'short'`);
    expect(await store.pruneInbox({ olderThanMs: 3 * dayMs, batch: 1 })).toBe(1);
    expect(await store.pruneInbox({ olderThanMs: dayMs })).toBe(1);
    expect(said(await submit('long', request, 3 * dayMs))).toBe('again: order of long');
    expect(said(await submit('for ever'))).toBe('first: order of for ever');
  });

  /** Work around a call that the test answers. */
  const around = (key: string, leaseMs: number) => {
    const called = Promise.withResolvers<void>();
    const receipt = Promise.withResolvers<string>();
    const answer = answerOnce({
      bus,
      operation,
      key,
      request,
      leaseMs,
      call: async () => {
        called.resolve();
        return receipt.promise;
      },
      work: async ({ native }, text) => {
        await place(native, key);
        return bytes(text);
      },
    });
    return { called: called.promise, receipt: receipt.resolve, answer };
  };
  const endLeases = () =>
    database.query(
      `update "waybill".inbox set lease_until = now() - interval '1 second' where lease_until is not null`,
    );

  test('a copy during the call is told to wait, and no transaction is open meanwhile', async () => {
    const first = around('k', 60_000);
    await first.called;
    const [idle] = (
      await database.query(
        `select count(*)::text as count from pg_stat_activity where state = 'idle in transaction' and application_name = 'waybill'`,
      )
    ).rows;
    expect(idle).toEqual({ count: '0' });
    expect(await around('k', 60_000).answer).toMatchObject({ status: 'in-progress' });
    first.receipt('r-1');
    expect(said(await first.answer)).toBe('first: r-1');
    expect(said(await around('k', 60_000).answer)).toBe('again: r-1');
  });

  test('who comes back late, while the taker works and after it, commits nothing and overwrites nothing', async () => {
    const [early, late] = [around('k', 60_000), around('l', 60_000)];
    await Promise.all([early.called, late.called]);
    await endLeases();
    const [taker, other] = [around('k', 60_000), around('l', 60_000)];
    await Promise.all([taker.called, other.called]);
    early.receipt('early');
    expect(await early.answer).toMatchObject({ status: 'in-progress' });
    taker.receipt('taken');
    other.receipt('taken');
    expect([said(await taker.answer), said(await other.answer)]).toEqual(['first: taken', 'first: taken']);
    late.receipt('late');
    expect(said(await late.answer)).toBe('again: taken');
    expect(await countsOf()).toMatchObject({ orders: '2' });
  });
});
