import { findBroker } from '@waybill/conformance/brokers';
import { Client } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { everyBucket, idsOf, openTestOutbox, testDraft } from '../testing/test-outbox.ts';
import type { TestOutbox } from '../testing/test-outbox.ts';

const broker = await findBroker('postgres', 'what a read of the outbox costs on a server');
const database = pgDatabase({ url: broker?.address ?? 'postgres://localhost' });

afterAll(async () => {
  await database.close();
  await broker?.stop();
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Actual Loops'?: number;
  readonly Plans?: readonly PlanNode[];
}

interface Explained {
  readonly Plan: PlanNode & { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number };
}

interface Cost {
  readonly buffers: number;
  readonly removed: number;
  readonly sequentialScans: number;
}

/** Explains every read of the outbox before it is run, and keeps what the last one cost. */
function meteredQuery(): { readonly query: SqlQuery; readonly last: () => Cost } {
  let cost: Cost = { buffers: 0, removed: 0, sequentialScans: 0 };
  return {
    last: () => cost,
    query: async (text, values) => {
      if (text.includes('o.envelope')) {
        const { rows } = await database.query(`explain (analyze, buffers, format json) ${text}`, values);
        const [row = {}] = rows;
        const [explained] = row['QUERY PLAN'] as readonly [Explained];
        const nodes = nodesOf(explained.Plan).filter((node) => node['Relation Name'] === 'outbox');
        cost = {
          buffers: explained.Plan['Shared Hit Blocks'] + explained.Plan['Shared Read Blocks'],
          removed: nodes.reduce(
            (sum, node) => sum + (node['Rows Removed by Filter'] ?? 0) * (node['Actual Loops'] ?? 1),
            0,
          ),
          sequentialScans: nodes.filter((node) => node['Node Type'] === 'Seq Scan').length,
        };
      }
      return database.query(text, values);
    },
  };
}

const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** As many rows as it takes to matter, by one statement. */
const fill = (outbox: TestOutbox, rows: number, columns: string): Promise<unknown> =>
  database.query(`
    insert into ${outbox.schema}.outbox (bucket, channel, key, sequence, epoch, envelope, body_text, body)
    select ${columns}, g, 'e1', '{"bucket":0,"kind":"event","channel":"orders","id":"' || g || '","deduplicationKey":"","headers":{}}', '',
      decode(repeat('ab', 200), 'hex')
    from (select g, pg_current_xact_id() from generate_series(1, ${rows}) g) g`);

describe.skipIf(broker === undefined)('on PostgreSQL', () => {
  let schemas = 0;
  const open = async (surveyEvery: number) => {
    schemas += 1;
    const meter = meteredQuery();
    const outbox = await openTestOutbox(database, { name: `plan_${schemas}`, query: meter.query, surveyEvery });
    return { outbox, meter };
  };

  const fronts = [
    {
      front: 'a blocked key',
      columns: `8, 'orders', 'x'`,
      query: { blocked: [{ channel: 'orders', key: 'x' }] },
      parks: false,
    },
    { front: 'a parked key', columns: `8, 'orders', 'x'`, query: {}, parks: true },
    {
      front: 'a channel whose broker is down',
      columns: `g % 64, 'down', 'k' || g`,
      query: { blockedChannels: ['down'] },
      parks: false,
    },
    {
      front: 'the buckets of another relay',
      columns: `g % 32, 'orders', 'k' || g`,
      query: { buckets: everyBucket.slice(32) },
      parks: false,
    },
  ];

  test.each(fronts)(
    '100,000 rows of $front slow no read of the others',
    { timeout: 60_000 },
    async ({ columns, query, parks }) => {
      const { outbox, meter } = await open(4);
      await fill(outbox, 100_000, columns);
      if (parks) await database.query(`insert into ${outbox.schema}.parked_keys values ('outbox', 'orders', 'x', 1)`);
      const others = ['a', 'b', 'd', 'e', 'f', 'g', 'h'];
      await outbox.enqueue(...others.map((key) => testDraft(`${key}1`)));
      await outbox.read(query);
      // The trap: the filter alone walks over all of them, every time.
      expect(meter.last().removed).toBeGreaterThanOrEqual(100_000);
      for (let reads = 0; reads < 12; reads += 1) await outbox.read(query);
      const rows = await outbox.read(query);
      expect(rows.length).toBeGreaterThan(0);
      expect(meter.last().removed).toBeLessThan(100);
      expect(meter.last().buffers).toBeLessThan(60);
      // Nothing is lost by it: what is no longer left out is read from the front.
      if (parks) await database.query(`delete from ${outbox.schema}.parked_keys`);
      expect((await outbox.read({ limit: 3 })).map(({ rowId }) => rowId)).toEqual([1, 2, 3]);
    },
  );

  test('a read of 500 from 300,000 rows goes by the primary key, analysed or not', { timeout: 120_000 }, async () => {
    const { outbox, meter } = await open(300_000);
    await fill(outbox, 300_000, `g % 64, 'orders', 'k' || (g % 5000)`);
    for (const prepare of ['select 1', `analyze ${outbox.schema}.outbox`]) {
      await database.query(prepare);
      expect(await outbox.read({ limit: 500, buckets: everyBucket.slice(0, 32) })).toHaveLength(500);
      expect(meter.last()).toMatchObject({ sequentialScans: 0 });
      expect(meter.last().buffers).toBeLessThan(1500);
    }
    const beforeMs = performance.now();
    const { outboxRows, outboxOldestAgeMs } = await outbox.inspect();
    process.stdout.write(`inspect on 300,000 rows: ${(performance.now() - beforeMs).toFixed(1)} ms\n`);
    expect([outboxRows, outboxOldestAgeMs > 0]).toEqual([1000, true]);
  });

  test('a statement that was prepared while the table was empty stays right when it is full', async () => {
    schemas += 1;
    const asked: { text: string; values: readonly unknown[] } = { text: '', values: [] };
    const outbox = await openTestOutbox(database, {
      name: `plan_${schemas}`,
      query: (text, values = []) => {
        if (text.includes('o.envelope')) Object.assign(asked, { text, values });
        return database.query(text, values);
      },
    });
    await outbox.read({ limit: 500 });
    const client = new Client({ connectionString: broker?.address });
    await client.connect();
    try {
      const call = `page (${asked.values.map((value) => `'${String(value)}'`).join(', ')})`;
      await client.query('set plan_cache_mode = force_generic_plan');
      await client.query(`prepare page (${asked.values.map(() => 'text').join(', ')}) as ${asked.text}`);
      await client.query(`execute ${call}`);
      await fill(outbox, 50_000, `g % 64, 'orders', 'k' || (g % 5000)`);
      const { rows } = await client.query<{ readonly 'QUERY PLAN': string }>(`explain (analyze) execute ${call}`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index Scan using outbox_pkey on outbox .* rows=500 /u);
      expect(plan).not.toMatch(/Seq Scan on outbox|Bitmap/u);
    } finally {
      await client.end();
    }
  });

  test(
    'rows that were sent leave nothing to walk over, also while an old snapshot keeps them from being cleaned up',
    { timeout: 60_000 },
    async () => {
      const { outbox, meter } = await open(4);
      await fill(outbox, 50_000, `g % 64, 'orders', 'k' || g`);
      const mayEnd = Promise.withResolvers<void>();
      const seen = Promise.withResolvers<void>();
      const old = database.transaction(async ({ query }) => {
        await query('set transaction isolation level repeatable read');
        await query('select 1');
        seen.resolve();
        await mayEnd.promise;
      });
      await seen.promise;
      try {
        await database.query(`delete from ${outbox.schema}.outbox`);
        await outbox.enqueue(testDraft('a1'));
        for (let reads = 0; reads < 12; reads += 1) await outbox.read();
        expect(idsOf(await outbox.read())).toEqual(['a1']);
        expect(meter.last().buffers).toBeLessThan(60);
      } finally {
        mayEnd.resolve();
        await old;
      }
    },
  );
});
