import { check, checkEqual } from '../../harness/check.ts';
import type { StoreWorld } from '../harness/store-world.ts';
import { attempt } from '../stage/attempt.ts';
import { holdOpen, meanwhile } from '../stage/hold-open.ts';
import { allBuckets, enqueue, idsOf, numbersOf, readPage, readRows, sortedIdsOf } from '../stage/outbox.ts';
import { draft, hostileTexts, scheduled } from '../stage/samples.ts';
import { proves } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

const hourMs = 3_600_000;
/** Longer than the calls of a case take before they look whether it is still kept back. */
const shortMs = 400;

const untilDue = ({ clock, harness }: StoreWorld, delayMs = shortMs): Promise<void> =>
  clock.sleep(delayMs + harness.timing.settleMs);

/** Messages that the store keeps back until their time. */
export const schedulingCases: readonly StoreCase[] = [
  proves('SCH-1', 'one that is due soon, one that is not', async (world) => {
    const store = await world.open();
    const fromMs = world.clock.monotonic();
    await enqueue(store, scheduled('soon', 'a', shortMs), scheduled('later', 'b', hourMs));
    const early = idsOf(await readRows(store));
    // On a machine that stood still meanwhile it may have been due.
    if (world.clock.monotonic() - fromMs < shortMs) checkEqual(early, [], 'rows before their time');
    await untilDue(world);
    checkEqual(idsOf(await readRows(store)), ['soon'], 'rows after the time of one of two');
    checkEqual(idsOf(await readRows(store)), ['soon'], 'rows of a second read');
  }),

  proves('SCH-2', 'a commit that comes late, and a rollback', async (world) => {
    const [store, reader] = await Promise.all([world.open(), world.open()]);
    const held = holdOpen(world, store, ({ enqueue: write }) => write([scheduled('kept', 'a', 1)]));
    await held.worked;
    await untilDue(world, 1);
    const reading = readRows(reader);
    checkEqual(idsOf((await meanwhile(world, reading)) ?? []), [], 'rows before the commit of their transaction');
    await held.commit();
    await reading;
    await attempt(store, async (transaction) => {
      await transaction.enqueue([scheduled('gone', 'a', 1), draft('gone-too', 'a')]);
      throw new Error('no');
    });
    await untilDue(world, 1);
    checkEqual(idsOf(await readRows(reader)), ['kept'], 'rows of a commit and of a rollback');
    checkEqual((await reader.inspect()).scheduledRows, 0, 'messages still scheduled');
  }),

  proves('SCH-3', 'several relays read when it is due', async (world) => {
    const stores = await Promise.all([world.open(), world.open(), world.open(), world.open()]);
    const ids = Array.from({ length: world.amount(60) }, (_, at) => `m${String(at).padStart(4, '0')}`);
    await enqueue(stores[0], ...ids.map((id, at) => scheduled(id, `k${at % 7}`, 1)));
    await untilDue(world, 1);
    await Promise.all(stores.flatMap((store) => [readRows(store), readRows(store)]));
    const rows = await readRows(stores[0]);
    checkEqual(sortedIdsOf(rows), ids, 'rows of all that was due, each once');
    for (const [key, ofKey] of Map.groupBy(rows, (row) => row.key)) {
      const due = ofKey.map((_, at) => at + 1);
      checkEqual(
        ofKey.map(({ sequence }) => sequence),
        due,
        `the numbers of ${key} in the order of the ids`,
      );
      checkEqual(idsOf(ofKey), sortedIdsOf(ofKey), `the messages of ${key} in the order of their writing`);
    }
  }),

  proves('SCH-4', 'later messages of the key', async (world) => {
    const store = await world.open();
    await enqueue(store, scheduled('reminder', 'a', shortMs), draft('1', 'a'));
    await enqueue(store, draft('2', 'a'));
    const before = [
      ['1', 1],
      ['2', 2],
    ];
    checkEqual(numbersOf(await readRows(store)), before, 'the numbers of what goes before');
    await untilDue(world);
    checkEqual(numbersOf(await readRows(store)), [...before, ['reminder', 3]], 'the numbers when it is due');
    await enqueue(store, draft('4', 'a'));
    checkEqual(
      numbersOf(await readRows(store)).find(([id]) => id === '4'),
      ['4', 4],
      'the number behind it',
    );
  }),

  proves('SCH-5', 'written in another order than they are due in', async (world) => {
    const store = await world.open();
    await enqueue(store, scheduled('d', 'a', 900), scheduled('b', 'a', 500), scheduled('c', 'a', 500));
    await enqueue(store, scheduled('a', 'a', 1));
    await untilDue(world, 900);
    const due = ['a', 'b', 'c', 'd'].map((id, at) => [id, at + 1]);
    checkEqual(numbersOf(await readRows(store)), due, 'the numbers in the order of their times');
    checkEqual(idsOf(await readRows(store)), ['a', 'b', 'c', 'd'], 'the rows in the order of their times');
  }),

  proves('SCH-6', 'nothing, then two', async (world) => {
    const store = await world.open();
    await enqueue(store, draft('now', 'a'));
    checkEqual((await readPage(store)).nextDueInMs, undefined, 'the next time where nothing is scheduled');
    await enqueue(store, scheduled('later', 'b', 2 * hourMs), scheduled('sooner', 'c', hourMs));
    const { nextDueInMs = Infinity } = await readPage(store);
    check(nextDueInMs <= hourMs, `the next is due in an hour, and the read says in ${nextDueInMs} ms`);
    check(nextDueInMs > hourMs / 2, `a read an hour before says that the next is due in ${nextDueInMs} ms`);
  }),

  proves('SCH-7', 'one bucket after the other', async (world) => {
    const store = await world.open();
    const ids = Array.from({ length: 20 }, (_, at) => `m${at}`);
    await enqueue(store, ...ids.map((id) => scheduled(id, id, 1)), scheduled('free', undefined, 1));
    await untilDue(world, 1);
    const buckets = allBuckets(store);
    const half = buckets.slice(0, buckets.length / 2);
    const some = await readRows(store, { buckets: half });
    check(
      some.every(({ bucket }) => half.includes(bucket)),
      'a row of a bucket that was not asked for was read',
    );
    const { scheduledRows, outboxRows } = await store.inspect();
    checkEqual([outboxRows, scheduledRows], [some.length, 21 - some.length], 'rows moved and rows left');
    checkEqual(sortedIdsOf(await readRows(store)), [...ids, 'free'].toSorted(), 'rows of all buckets');
  }),

  proves('SCH-8', 'counted before and after', async (world) => {
    const store = await world.open();
    await enqueue(store, scheduled('1', 'a', hourMs), scheduled('2', undefined, shortMs));
    const figures = async () => {
      const { outboxRows, scheduledRows, outboxOldestAgeMs } = await store.inspect();
      return { outboxRows, scheduledRows, hasAge: outboxOldestAgeMs > shortMs };
    };
    checkEqual(await figures(), { outboxRows: 0, scheduledRows: 2, hasAge: false }, 'what is counted before');
    await untilDue(world);
    await readRows(store);
    checkEqual(await figures(), { outboxRows: 1, scheduledRows: 1, hasAge: false }, 'what is counted when one is due');
  }),

  proves('SCH-9', 'hostile texts and every byte', async (world) => {
    const store = await world.open();
    const body = Uint8Array.from({ length: 256 }, (_, at) => at);
    const headers = Object.fromEntries(hostileTexts.map((text, at) => [`h${at}${text}`, text]));
    const sent = hostileTexts.map((text, at) =>
      scheduled(`m${at}${text}`, text, 1, {
        address: { kind: at % 2 === 0 ? 'event' : 'command', channel: 'order-paid' },
        deduplicationKey: `d${text}`,
        headers,
        body,
      }),
    );
    await enqueue(store, ...sent);
    await untilDue(world, 1);
    const rows = new Map((await readRows(store)).map((row) => [row.id, row]));
    for (const { id, address, key, deduplicationKey } of sent) {
      const row = rows.get(id);
      check(row !== undefined, `the id ${JSON.stringify(id)} did not come back`);
      checkEqual([{ ...row.address }, row.key, row.deduplicationKey], [address, key, deduplicationKey], 'the keys');
      checkEqual([...row.body], [...body], 'the body');
      checkEqual({ ...row.headers }, headers, 'the headers');
      checkEqual(row.delayMs, 0, 'the delay that is left');
    }
  }),

  proves('SCH-10', 'nobody was there when it was due', async (world) => {
    const dead = await world.open();
    await enqueue(dead, scheduled('1', 'a', 20), scheduled('2', undefined, 20));
    await dead.close();
    await untilDue(world, 20);
    const store = await world.open();
    checkEqual(sortedIdsOf(await readRows(store)), ['1', '2'], 'rows of another store');
  }),
];
