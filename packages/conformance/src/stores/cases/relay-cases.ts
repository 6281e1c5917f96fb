import type { BucketLease } from '@waybill/core/driver';
import { check, checkEqual } from '../../harness/check.ts';
import { patientModes } from '../../harness/mode.ts';
import { allBuckets, enqueue, leaseAll, readRows } from '../stage/outbox.ts';
import { draft } from '../stage/samples.ts';
import { proves } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

const long = 60_000;

const bucketsOf = (leases: readonly BucketLease[]): readonly number[] => leases.map(({ bucket }) => bucket);

/** Which relay may send the rows of which bucket. */
export const relayCases: readonly StoreCase[] = [
  proves('REL-1', 'a second relay asks while the first holds all', async (world) => {
    const [store, other] = await Promise.all([world.open(), world.open()]);
    const leases = await leaseAll(store, 'one', long);
    checkEqual(bucketsOf(leases), allBuckets(store), 'buckets of the first relay');
    checkEqual(await leaseAll(other, 'two', long), [], 'leases of the second relay');
    const some = await leaseAll(store, 'one', long, 5);
    const rest = await leaseAll(other, 'two', long);
    const both = bucketsOf([...some, ...rest]);
    checkEqual(
      both.toSorted((left, right) => left - right),
      allBuckets(store),
      'buckets of both, each once',
    );
  }),

  proves(
    'REL-2',
    'owners come and go',
    async (world) => {
      const store = await world.open();
      const { leaseMs } = world.harness.timing;
      const seen: BucketLease[] = [];
      for (const owner of ['one', 'two', 'one', 'one']) {
        const [lease] = await leaseAll(store, owner, leaseMs);
        check(lease !== undefined, `${owner} was given no bucket`);
        seen.push(lease);
        await world.clock.sleep(leaseMs * 1.5);
      }
      const tokens = seen.map(({ token }) => token);
      check(
        tokens.every((token, at) => at === 0 || token > (tokens[at - 1] ?? 0)),
        `the tokens of four owners of one bucket were ${tokens.join(', ')}`,
      );
    },
    patientModes,
  ),

  proves('REL-3', 'a relay wants less', async (world) => {
    const store = await world.open();
    const before = await leaseAll(store, 'one', long);
    const share = Math.ceil(before.length / 2);
    const kept = await leaseAll(store, 'one', long, share);
    checkEqual(kept, before.slice(0, share), 'what is kept: the lowest numbers, with their tokens');
    const taken = await leaseAll(store, 'two', long);
    checkEqual(bucketsOf(taken), bucketsOf(before.slice(share)), 'what is free at once');
  }),

  proves(
    'REL-4',
    'a relay died',
    async (world) => {
      const [dead, store] = await Promise.all([world.open(), world.open()]);
      const { leaseMs } = world.harness.timing;
      const before = await leaseAll(dead, 'dead', leaseMs);
      await world.clock.sleep(leaseMs * 1.5);
      const after = await leaseAll(store, 'next', long);
      checkEqual(bucketsOf(after), bucketsOf(before), 'buckets of the successor');
      checkEqual(await leaseAll(dead, 'dead', long), [], 'leases of the dead one, come back');
    },
    patientModes,
  ),

  proves(
    'REL-5',
    'a relay that froze past its lease deletes',
    async (world) => {
      const store = await world.open();
      const { leaseMs } = world.harness.timing;
      await enqueue(store, draft('1', 'a'), draft('2', 'b'));
      const rowIds = (await readRows(store)).map(({ rowId }) => rowId);
      const stale = await leaseAll(store, 'frozen', leaseMs);
      await world.clock.sleep(leaseMs * 1.5);
      const leases = await leaseAll(store, 'successor', long);
      checkEqual(await store.deleteOutbox({ rowIds, leases: stale }), 0, 'rows deleted under a stale token');
      checkEqual((await readRows(store)).length, 2, 'rows that are left');
      checkEqual(await store.deleteOutbox({ rowIds, leases }), 2, 'rows deleted under the current token');
    },
    patientModes,
  ),

  proves('REL-6', 'rows are deleted, and deleted again', async (world) => {
    const store = await world.open();
    await enqueue(store, ...Array.from({ length: 6 }, (_, at) => draft(`${at}`, `k${at}`)));
    const leases = await leaseAll(store, 'one', long);
    const rowIds = (await readRows(store)).map(({ rowId }) => rowId);
    checkEqual(await store.deleteOutbox({ rowIds: rowIds.slice(0, 4), leases }), 4, 'rows of the first deletion');
    checkEqual(await store.deleteOutbox({ rowIds, leases }), 2, 'rows of a deletion that overlaps');
    checkEqual(await store.deleteOutbox({ rowIds, leases }), 0, 'rows of a deletion of what is gone');
    checkEqual(await store.deleteOutbox({ rowIds: [], leases }), 0, 'rows of an empty deletion');
    checkEqual(await readRows(store), [], 'rows that are left');
  }),

  proves('REL-7', 'a deletion names rows of a stranger', async (world) => {
    const store = await world.open();
    await enqueue(store, ...Array.from({ length: 20 }, (_, at) => draft(`${at}`, `k${at}`)));
    const rows = await readRows(store);
    const held = rows[0]?.bucket;
    const leases = (await leaseAll(store, 'one', long)).filter(({ bucket }) => bucket === held);
    const own = rows.filter(({ bucket }) => bucket === held);
    const rowIds = rows.map(({ rowId }) => rowId);
    checkEqual(await store.deleteOutbox({ rowIds, leases: [] }), 0, 'rows deleted without a lease');
    checkEqual(await store.deleteOutbox({ rowIds, leases }), own.length, 'rows deleted with the lease of one bucket');
    checkEqual((await readRows(store)).length, rows.length - own.length, 'rows of the other buckets');
  }),

  proves('REL-8', 'asked for again and again', async (world) => {
    const store = await world.open();
    const first = await leaseAll(store, 'one', long);
    for (let turn = 0; turn < 3; turn += 1) {
      checkEqual(await leaseAll(store, 'one', long), first, 'buckets and tokens of a renewal');
    }
  }),

  proves(
    'REL-9',
    'relays come, leave and die',
    async (world) => {
      const store = await world.open();
      const { leaseMs } = world.harness.timing;
      const relaysFor = async (owner: string, bucketsMax: number, lease = long): Promise<number> =>
        (await store.leaseBuckets({ owner, bucketsMax, leaseMs: lease })).relays;
      checkEqual(await relaysFor('one', 10), 1, 'relays when the first asks');
      checkEqual(await relaysFor('two', 10), 2, 'relays when the second asks');
      await relaysFor('two', 0);
      checkEqual(await relaysFor('one', 10), 1, 'relays when the second has left');
      checkEqual(await relaysFor('three', 10, leaseMs), 2, 'relays when a third asks');
      await world.clock.sleep(leaseMs * 1.5);
      checkEqual(await relaysFor('one', 10), 1, 'relays when the lease of the third ran out');
    },
    patientModes,
  ),

  proves('REL-10', 'five relays at once', async (world) => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => world.open()));
    const [store] = stores;
    const share = Math.ceil((store?.capabilities.outbox.buckets ?? 0) / stores.length);
    const held: number[] = [];
    const ask = async (): Promise<void> => {
      const leases = await Promise.all(stores.map((each, at) => leaseAll(each, `relay-${at}`, long, share)));
      held.splice(0, held.length, ...leases.flatMap(bucketsOf));
    };
    await ask();
    checkEqual(new Set(held).size, held.length, 'buckets that are held, each once');
    // One that met others at every bucket may come away with less at first.
    await ask();
    checkEqual(new Set(held).size, held.length, 'buckets that are held after a second turn, each once');
    checkEqual(held.length, store?.capabilities.outbox.buckets, 'buckets that are held by all');
  }),
];
