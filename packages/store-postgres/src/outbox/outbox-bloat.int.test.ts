import { findBroker } from '@waybill/conformance/brokers';
import type { OutboxQuery } from '@waybill/core/driver';
import { afterAll, describe, expect, test } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import { postgresStore } from '../postgres-store.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { everyBucket, testDraft } from '../testing/test-outbox.ts';

const broker = await findBroker('postgres', 'what 100,000 sent rows leave behind on a server');
const url = broker?.address ?? 'postgres://localhost';

afterAll(() => broker?.stop());

const rowsAll = 100_000;
const keys = 1000;

const sizeOf = async (query: SqlQuery): Promise<{ readonly tableMb: number; readonly indexMb: number }> => {
  const { rows } = await query(`
    select pg_table_size('bloat.outbox')::text as heap, pg_indexes_size('bloat.outbox')::text as indexes`);
  const megabytes = (bytes: unknown): number => Math.round((Number(bytes) / 1_048_576) * 10) / 10;
  return { tableMb: megabytes(rows[0]?.['heap']), indexMb: megabytes(rows[0]?.['indexes']) };
};

/** Rows that were deleted and not yet taken away, by the server's own count. */
const deadOf = async (query: SqlQuery): Promise<number> => {
  await query('select pg_stat_force_next_flush()');
  const { rows } = await query(`
    select n_dead_tup::text as dead from pg_stat_user_tables where schemaname = 'bloat' and relname = 'outbox'`);
  return Number(rows[0]?.['dead']);
};

describe.skipIf(broker === undefined)('on PostgreSQL', () => {
  test(
    'rows that were sent leave room for the next ones, and a vacuum gives it back',
    { timeout: 180_000 },
    async () => {
      const database = pgDatabase({ url });
      const store = postgresStore({ database, schema: 'bloat' });
      await store.open();
      const { leases } = await store.leaseBuckets({ owner: 'relay', bucketsMax: 64, leaseMs: 600_000 });
      const query: OutboxQuery = { buckets: everyBucket, blocked: [], blockedChannels: [], limit: 1000 };
      const body = new Uint8Array(200);

      /** Writes in steps and sends each before the next, as a relay does that keeps up. */
      const pass = async (from: number, count: number): Promise<void> => {
        for (let at = from; at < from + count; at += 1000) {
          const drafts = Array.from({ length: 1000 }, (_, row) => ({
            ...testDraft(`m-${at + row}`, `key-${row % keys}`),
            body,
          }));
          await store.transaction(({ enqueue }) => enqueue(drafts));
          const { rows } = await store.readOutbox(query);
          await store.deleteOutbox({ rowIds: rows.map(({ rowId }) => rowId), leases });
        }
      };

      const startMs = performance.now();
      await pass(0, rowsAll);
      const seconds = (performance.now() - startMs) / 1000;
      const before = await sizeOf(database.query);
      const deadBefore = await deadOf(database.query);
      await database.query('vacuum bloat.outbox');
      const after = await sizeOf(database.query);
      const deadAfter = await deadOf(database.query);
      await pass(rowsAll, 20_000);
      const reused = await sizeOf(database.query);
      process.stdout.write(
        `${rowsAll} rows of 200 bytes written, read and deleted in ${seconds.toFixed(1)} s; ` +
          `table ${before.tableMb} MB, indexes ${before.indexMb} MB, ${deadBefore} rows dead; ` +
          `after vacuum ${after.tableMb} / ${after.indexMb} MB, ${deadAfter} dead; ` +
          `after 20,000 more ${reused.tableMb} / ${reused.indexMb} MB\n`,
      );
      expect(deadAfter).toBe(0);
      expect((await store.inspect()).outboxRows).toBe(0);
      expect(after.tableMb).toBeLessThan(2);
      expect(reused.tableMb).toBeLessThan(15);
      await store.close();
    },
  );

  test('the table is vacuumed by the number of its dead rows, not by a share of it', async () => {
    const database = pgDatabase({ url });
    const { rows } = await database.query(
      `select reloptions::text as options from pg_class where oid = 'bloat.outbox'::regclass`,
    );
    expect(rows[0]?.['options']).toMatch(/autovacuum_vacuum_scale_factor=0,autovacuum_vacuum_threshold=5000/u);
    await database.close();
  });
});
