import { findBroker } from '@waybill/conformance/brokers';
import type { OutboxKey, OutboxRow } from '@waybill/core/driver';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import { everyBucket, idsOf, openTestOutbox, testDraft } from '../testing/test-outbox.ts';
import { bucketOf } from './bucket-of.ts';

const embedded = pgliteDatabase();
beforeAll(() => embedded.query('select 1'), 120_000);
afterAll(() => embedded.close());

const keys = ['a', 'b', 'c', undefined];
const channels = ['orders', 'payments'];

interface Look {
  readonly blocked: readonly OutboxKey[];
  readonly blockedChannels: readonly string[];
  readonly isHalf: boolean;
  readonly limit: number;
  /** Places among the rows that were ever read. */
  readonly underWay: readonly number[];
}

type Step =
  | { readonly step: 'enqueue'; readonly rows: readonly (readonly [string | undefined, string])[] }
  | { readonly step: 'read'; readonly look: Look; readonly times: number; readonly takes: boolean }
  | { readonly step: 'park' | 'free'; readonly key: OutboxKey };

const channel = fc.constantFrom(...channels);
const key: fc.Arbitrary<OutboxKey> = fc.record({ channel, key: fc.constantFrom('a', 'b', 'c') });
const look: fc.Arbitrary<Look> = fc.record({
  blocked: fc.array(key, { maxLength: 3 }),
  blockedChannels: fc.subarray(channels),
  isHalf: fc.boolean(),
  limit: fc.integer({ min: 1, max: 30 }),
  underWay: fc.array(fc.nat(), { maxLength: 8 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant('enqueue' as const),
      rows: fc.array(fc.tuple(fc.constantFrom(...keys), channel), { minLength: 1, maxLength: 10 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('read' as const),
      look,
      times: fc.integer({ min: 1, max: 4 }),
      takes: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constantFrom('park' as const, 'free' as const), key }) },
);

const half = everyBucket.slice(0, 32);
const nameOf = ({ channel: on, key: of }: OutboxKey): string => `${on} ${of}`;

interface ModelRow {
  readonly id: string;
  readonly key: string | undefined;
  readonly channel: string;
}

const expectPage = (found: readonly OutboxRow[], ids: readonly string[]): void => expect(idsOf(found)).toEqual(ids);

/** What a read without any memory answers. */
function readModel(
  rows: readonly ModelRow[],
  parked: ReadonlySet<string>,
  asked: Look,
  underWay: readonly string[],
): readonly string[] {
  const blocked = new Set(asked.blocked.map(nameOf));
  const isLeftOut = (row: ModelRow): boolean => {
    if (asked.blockedChannels.includes(row.channel) || underWay.includes(row.id)) return true;
    if (asked.isHalf && !half.includes(bucketOf(row.channel, row.key ?? row.id, 64))) return true;
    if (row.key === undefined) return false;
    const name = nameOf({ channel: row.channel, key: row.key });
    return blocked.has(name) || parked.has(name);
  };
  const left = rows.filter((row) => !isLeftOut(row)).map(({ id }) => id);
  return left.slice(0, asked.limit);
}

test(
  'whatever the map has learned, a read answers as if it had walked over every row',
  { timeout: 120_000 },
  async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        runs += 1;
        const outbox = await openTestOutbox(embedded, { name: `map_${runs}`, surveyEvery: 1, chunkRows: 2 });
        const { leases } = await outbox.lease({});
        const park = `insert into ${outbox.schema}.parked_keys values ('outbox', $1, $2, 1) on conflict do nothing`;
        const free = `delete from ${outbox.schema}.parked_keys where channel = $1 and key = $2`;
        const parked = new Set<string>();
        let rows: readonly ModelRow[] = [];
        const seen = new Map<string, number>();
        let written = 0;
        for (const next of steps) {
          if (next.step === 'enqueue') {
            const drafts = next.rows.map(([of, on], at) => ({ ...testDraft(`m${written + at}`, 'x', on), key: of }));
            written += drafts.length;
            await outbox.enqueue(...drafts);
            rows = rows.concat(
              drafts.map((draft) => ({ id: draft.id, key: draft.key, channel: draft.address.channel })),
            );
          } else if (next.step === 'read') {
            const { isHalf, underWay: places, ...asked } = next.look;
            const ids = seen.size === 0 ? [] : places.map((place) => [...seen.keys()][place % seen.size] ?? '');
            const underWay = ids.map((id) => seen.get(id) ?? 0);
            let found: readonly OutboxRow[] = [];
            for (let reads = 0; reads < next.times; reads += 1) {
              found = await outbox.read({ ...asked, underWay, ...(isHalf ? { buckets: half } : {}) });
              expectPage(found, readModel(rows, parked, next.look, ids));
              found.forEach(({ id, rowId }) => seen.set(id, rowId));
            }
            if (next.takes) {
              await outbox.remove(
                found.map(({ rowId }) => rowId),
                leases,
              );
              const gone = new Set(idsOf(found));
              rows = rows.filter(({ id }) => !gone.has(id));
            }
          } else {
            await embedded.query(next.step === 'park' ? park : free, [next.key.channel, next.key.key]);
            if (next.step === 'park') parked.add(nameOf(next.key));
            else parked.delete(nameOf(next.key));
          }
        }
        const { outboxRows } = await outbox.inspect();
        expect(outboxRows).toBe(
          readModel(rows, parked, { blocked: [], blockedChannels: [], isHalf: false, limit: 1e6, underWay: [] }, [])
            .length,
        );
        await embedded.query(`drop schema ${outbox.schema} cascade`);
      }),
      { numRuns: 25 },
    );
  },
);

const broker = await findBroker('postgres', 'what the map knows after a restart of the server');
afterAll(() => broker?.stop());

// With 1 the next survey finds it out, with 2 the next read.
test.skipIf(broker?.startedBy !== 'native').each([1, 2])(
  'after a restore, ids stand for other rows: what was learned before it is forgotten (%i)',
  { timeout: 60_000 },
  async (surveyEvery) => {
    const database = pgDatabase({ url: broker?.address ?? '' });
    const outbox = await openTestOutbox(database, { name: `restored_${surveyEvery}`, surveyEvery });
    const blocked = [{ channel: 'orders', key: 'x' }];
    await outbox.enqueue(...Array.from({ length: 20 }, (_, at) => testDraft(`x${at}`)));
    for (let reads = 0; reads < 8; reads += 1) expect(await outbox.read({ blocked })).toEqual([]);
    await broker?.kill9();
    await broker?.restart();
    await database.query(`truncate ${outbox.schema}.outbox restart identity`).catch(() => undefined);
    await database.query(`truncate ${outbox.schema}.outbox restart identity`);
    await outbox.enqueue(testDraft('a1'), testDraft('b1'));
    expect(idsOf(await outbox.read({ blocked }))).toEqual(['a1', 'b1']);
    await database.close();
  },
);
