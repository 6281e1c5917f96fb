import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, describe, expect, test } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import { postgresStore } from '../postgres-store.ts';
import type { Database } from '../sql/database.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { claimed, identity } from '../testing/some-claims.ts';

const broker = await findBroker('postgres', 'what 200,000 pruned marks leave behind on a server');
const url = broker?.address ?? 'postgres://localhost';

afterAll(() => broker?.stop());

const marks = 200_000;
const dayMs = 86_400_000;
const batch = 5000;

interface Figures {
  readonly tableMb: number;
  readonly indexMb: number;
  readonly dead: number;
}

async function figuresOf(query: SqlQuery): Promise<Figures> {
  await query('vacuum marks.inbox');
  const { rows } = await query(`
    select pg_table_size('marks.inbox')::text as heap, pg_indexes_size('marks.inbox')::text as indexes, n_dead_tup::text as dead
    from pg_stat_user_tables where schemaname = 'marks' and relname = 'inbox'`);
  const megabytes = (bytes: unknown): number => Math.round((Number(bytes) / 1_048_576) * 10) / 10;
  return {
    tableMb: megabytes(rows[0]?.['heap']),
    indexMb: megabytes(rows[0]?.['indexes']),
    dead: Number(rows[0]?.['dead']),
  };
}

/** Marks as a month of messages leaves them, the oldest first. */
const fill = (query: SqlQuery, round: number): Promise<unknown> =>
  query(
    `insert into marks.inbox (scope, key, fingerprint, claimed_at)
     select 'order-paid/stock', $1::text || '-' || each, md5(each::text), now() - interval '60 days' + each * interval '10 seconds'
     from generate_series(1, $2::text::int) as each`,
    [String(round), String(marks)],
  );

/** A database that notes what each statement of the pruning took, and how many marks it deleted. */
function timed(database: Database): { readonly database: Database; readonly statements: Statement[] } {
  const statements: Statement[] = [];
  const query: SqlQuery = async (text, values) => {
    const startMs = performance.now();
    const result = await database.query(text, values);
    const gone = Number(result.rows[0]?.['gone']);
    if (text.includes('delete from')) statements.push({ ms: performance.now() - startMs, gone });
    return result;
  };
  return { database: { ...database, query }, statements };
}

interface Statement {
  readonly ms: number;
  readonly gone: number;
}

describe.skipIf(broker === undefined)('on PostgreSQL', () => {
  test(
    'old marks go in bounded batches while others claim, and what they leave is used again',
    { timeout: 180_000 },
    async () => {
      const { database, statements } = timed(pgDatabase({ url }));
      const store = postgresStore({ database, schema: 'marks' });
      await store.open();
      const holder = pgDatabase({ url });
      await fill(database.query, 1);
      const full = await figuresOf(database.query);

      // One mark is held by a transaction that stays open, as a handler that looks at it would.
      const held = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      const holding = holder.transaction(async ({ query }) => {
        await query(`select from marks.inbox where key = '1-77' for update`);
        held.resolve();
        await release.promise;
      });
      await held.promise;

      let isPruning = true;
      const waits: number[] = [];
      // Half of them claim what was never seen, half what is just being deleted: that one must wait for no more than a batch.
      const claimWhilePruning = async (): Promise<void> => {
        for (let turn = 0; isPruning; turn += 1) {
          const key = turn % 2 === 0 ? `new-${turn}` : `1-${100 + turn * 997}`;
          const startMs = performance.now();
          await store.transaction((transaction) => transaction.claim([identity({ key })]));
          waits.push(performance.now() - startMs);
        }
      };
      const claiming = claimWhilePruning();
      const startMs = performance.now();
      const pruned = await store.pruneInbox({ olderThanMs: 30 * dayMs, batch });
      const seconds = (performance.now() - startMs) / 1000;
      isPruning = false;
      await claiming;
      const during = statements.length;

      const { rows: passedOver } = await database.query(`select key from marks.inbox where key = '1-77'`);
      expect(passedOver).toHaveLength(1);
      release.resolve();
      await holding;
      // A claim that asks for a mark holds it as well, for as long as that takes: the pruning may have passed over one of those too.
      const rest = await store.pruneInbox({ olderThanMs: 30 * dayMs });
      expect(pruned + rest).toBe(marks);
      expect(rest).toBeLessThanOrEqual(1 + waits.length / 2);
      // Sessions tell the server late what they have deleted: what a vacuum has counted is right, and what is added behind it is not.
      const deadAfterVacuum = async (): Promise<number> => (await figuresOf(database.query)).dead;
      await expect.poll(deadAfterVacuum, { timeout: 20_000, interval: 500 }).toBe(0);
      const sizes = [full];
      for (let round = 2; round <= 4; round += 1) {
        await fill(database.query, round);
        sizes.push(await figuresOf(database.query));
        expect(await store.pruneInbox({ olderThanMs: 30 * dayMs })).toBe(marks);
        await database.query('vacuum marks.inbox');
      }

      const longest = Math.max(...statements.map(({ ms }) => ms));
      const grown = sizes.map(({ tableMb, indexMb }) => `${tableMb} + ${indexMb}`).join(', ');
      process.stdout.write(
        `${pruned} marks pruned in ${seconds.toFixed(1)} s by ${during} statements, the longest of all ${longest.toFixed(0)} ms; ` +
          `${waits.length} claims meanwhile, the longest ${Math.max(...waits).toFixed(0)} ms; none dead after a vacuum; ` +
          `MB of table and indexes when full, round after round: ${grown}\n`,
      );
      expect(Math.max(...statements.map(({ gone }) => gone))).toBe(batch);
      expect(waits.length).toBeGreaterThan(10);
      // A single delete of them all would have held up whoever claims one of its keys for all its time.
      expect(Math.max(...waits)).toBeLessThan(Math.max(1000, (seconds * 1000) / 3));
      // Pages of an index that a vacuum has emptied are used again from the vacuum after that.
      const [, , third, fourth] = sizes;
      for (const { tableMb } of sizes) expect(tableMb).toBeLessThan(full.tableMb * 1.1);
      expect(fourth?.indexMb).toBeLessThan((third?.indexMb ?? 0) * 1.1);
      expect(fourth?.indexMb).toBeLessThan(full.indexMb * 2.5);
      expect(await store.transaction((transaction) => transaction.claim([identity({ key: '1-1' })]))).toEqual([
        claimed,
      ]);
      await holder.close();
      await store.close();
    },
  );
});
