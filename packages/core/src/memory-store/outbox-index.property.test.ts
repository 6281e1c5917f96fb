import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutboxQuery } from '../driver/index.ts';
import { OutboxIndex } from './outbox-index.ts';
import type { StoredRow } from './stored-row.ts';

const bucketCount = 3;
const channel = fc.constantFrom('orders', 'payments');
const key = fc.constantFrom('a', 'b', 'c', 'd');
const channelAndKey = fc.record({ channel, key });

type Step =
  | { readonly does: 'add'; readonly rowId: number; readonly channel: string; readonly key: string | undefined }
  | { readonly does: 'delete'; readonly pick: number }
  | { readonly does: 'park'; readonly channel: string; readonly key: string }
  | { readonly does: 'free'; readonly channel: string; readonly key: string }
  | { readonly does: 'read'; readonly query: OutboxQuery };

const query: fc.Arbitrary<OutboxQuery> = fc.record({
  buckets: fc.uniqueArray(fc.integer({ min: 0, max: bucketCount - 1 })),
  blocked: fc.array(channelAndKey, { maxLength: 3 }),
  blockedChannels: fc.uniqueArray(channel, { maxLength: 1 }),
  limit: fc.integer({ min: 1, max: 8 }),
  underWay: fc.uniqueArray(fc.nat({ max: 500 }), { maxLength: 100 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('add'),
      rowId: fc.nat({ max: 500 }),
      channel,
      key: fc.option(key, { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('delete'), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('park', 'free'), channel, key }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('read'), query }) },
);

const rowOf = (rowId: number, name: string, orderingKey: string | undefined): StoredRow => ({
  address: { kind: 'event', channel: name },
  id: `${rowId}`,
  key: orderingKey,
  deduplicationKey: `${rowId}`,
  headers: {},
  body: new Uint8Array(),
  delayMs: 0,
  rowId,
  bucket: orderingKey === undefined ? rowId % bucketCount : (orderingKey.charCodeAt(0) + name.length) % bucketCount,
  sequence: undefined,
  epoch: 'e',
  createdAtMs: rowId,
});

/** What the index means, as plainly as it can be said. */
interface Model {
  readonly rows: Map<number, StoredRow>;
  readonly parked: Set<string>;
}

const isParked = ({ parked }: Model, row: StoredRow): boolean =>
  row.key !== undefined && parked.has(`${row.address.channel} ${row.key}`);

function readModel(
  model: Model,
  { buckets, blocked, blockedChannels, limit, underWay = [] }: OutboxQuery,
): readonly StoredRow[] {
  const isBlocked = (row: StoredRow): boolean =>
    blockedChannels.includes(row.address.channel) ||
    underWay.includes(row.rowId) ||
    blocked.some((one) => one.channel === row.address.channel && one.key === row.key);
  return [...model.rows.values()]
    .filter((row) => buckets.includes(row.bucket) && !isParked(model, row) && !isBlocked(row))
    .toSorted((left, right) => left.rowId - right.rowId)
    .slice(0, limit);
}

function inspectModel(model: Model) {
  const open = [...model.rows.values()].filter((row) => !isParked(model, row));
  const oldestAtMs = open.length === 0 ? undefined : Math.min(...open.map(({ createdAtMs }) => createdAtMs));
  return { rows: open.length, oldestAtMs };
}

function apply(index: OutboxIndex, model: Model, one: Step): void {
  if (one.does === 'add') {
    if (model.rows.has(one.rowId)) return;
    const row = rowOf(one.rowId, one.channel, one.key);
    index.add(row);
    model.rows.set(one.rowId, row);
  } else if (one.does === 'delete') {
    const rowId = [...model.rows.keys()][one.pick % Math.max(1, model.rows.size)] ?? -1;
    expect(index.delete(rowId)).toBe(model.rows.delete(rowId));
  } else if (one.does === 'park') {
    index.park(one.channel, one.key);
    model.parked.add(`${one.channel} ${one.key}`);
  } else if (one.does === 'free') {
    index.free(one.channel, one.key);
    model.parked.delete(`${one.channel} ${one.key}`);
  } else {
    expect(index.read(one.query).map(({ rowId }) => rowId)).toEqual(
      readModel(model, one.query).map(({ rowId }) => rowId),
    );
  }
}

test('whatever is added late, deleted, parked, freed and blocked, a read gives what is open, in id order', () => {
  const property = fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
    const index = new OutboxIndex(bucketCount);
    const model: Model = { rows: new Map(), parked: new Set() };
    for (const one of steps) {
      apply(index, model, one);
      expect(index.inspect()).toEqual(inspectModel(model));
    }
  });
  fc.assert(property, { numRuns: 500 });
});
