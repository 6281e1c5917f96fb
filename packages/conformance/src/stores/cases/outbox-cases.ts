import type { OutboxRow } from '@waybill/core/driver';
import { check, checkEqual } from '../../harness/check.ts';
import { attempt, persist } from '../stage/attempt.ts';
import { holdOpen, meanwhile } from '../stage/hold-open.ts';
import { enqueue, idsOf, numbersOf, readPage, readRows, sortedIdsOf } from '../stage/outbox.ts';
import { draft, hostileTexts } from '../stage/samples.ts';
import { proves } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

/** Numbers, and what becomes visible when. */
export const outboxCases: readonly StoreCase[] = [
  proves('OBX-1', 'two channels, two keys, three transactions', async (world) => {
    const store = await world.open();
    const paid = { address: { kind: 'event', channel: 'paid' } } as const;
    await enqueue(store, draft('1', 'a'), draft('2', 'b'), draft('3', 'a'));
    await enqueue(store, draft('4', 'a'), draft('5', 'a', paid), draft('6', 'b'));
    await enqueue(await world.open(), draft('7', 'a'));
    const due = [
      ['1', 1],
      ['2', 1],
      ['3', 2],
      ['4', 3],
      ['5', 1],
      ['6', 2],
      ['7', 4],
    ];
    checkEqual(numbersOf(await readRows(store)), due, 'the numbers of the rows');
  }),

  proves('OBX-2', 'writers at the same time, a tenth of them rolled back', async (world) => {
    const stores = await Promise.all([world.open(), world.open(), world.open()]);
    const commits: string[] = [];
    const count = world.amount(40);
    const writers = Array.from({ length: count }, async (_, at) => {
      const keys = at % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
      const store = stores[at % 3] ?? stores[0];
      const isRolledBack = at % 10 === 9;
      await persist(store, async (transaction) => {
        await world.clock.sleep(Math.floor(world.random() * 3));
        await transaction.enqueue(keys.map((key) => draft(`${key}${at}`, key)));
        if (isRolledBack) throw new Error('rolled back on purpose');
      }).then(
        () => commits.push(`a${at}`),
        (error: unknown) => check(isRolledBack, `a writer failed with ${store.codeOf(error)}`),
      );
    });
    await Promise.all(writers);
    const rows = await readRows(stores[0]);
    for (const key of ['a', 'b']) checkDense(rows.filter((row) => row.key === key));
    checkEqual(rows.length, 2 * commits.length, 'rows of the writers that committed');
  }),

  proves('OBX-3', 'messages without a key', async (world) => {
    const store = await world.open();
    await enqueue(store, draft('1', undefined), draft('2', 'a'), draft('3', undefined), draft('4', ''));
    const numbers = new Map(numbersOf(await readRows(store)));
    checkEqual([numbers.get('1'), numbers.get('3')], [undefined, undefined], 'the numbers without a key');
    checkEqual([numbers.get('2'), numbers.get('4')], [1, 1], 'the numbers of a key and of the empty key');
  }),

  proves('OBX-4', 'read while a transaction is open', async (world) => {
    const [store, reader] = await Promise.all([world.open(), world.open()]);
    const ids = Array.from({ length: 20 }, (_, at) => `${at}`);
    const held = holdOpen(world, store, ({ enqueue: write }) => write(ids.map((id) => draft(id, `k${id}`))));
    await held.worked;
    const reading = readRows(reader);
    checkEqual(idsOf((await meanwhile(world, reading)) ?? []), [], 'rows before their commit');
    await held.commit();
    await reading;
    checkEqual(idsOf(await readRows(reader)).toSorted(), ids.toSorted(), 'rows after their commit');
  }),

  proves('OBX-5', 'others commit and are read before', async (world) => {
    const [store, other] = await Promise.all([world.open(), world.open()]);
    const late = holdOpen(world, store, ({ enqueue: write }) => write([draft('a1', 'a'), draft('late', undefined)]));
    await late.worked;
    const commits = enqueue(other, draft('b1', 'b'), draft('b2', 'b'));
    await meanwhile(world, commits);
    const early = readRows(other);
    // A reader that goes on behind what it has seen would have gone on from here.
    const seen = idsOf((await meanwhile(world, early)) ?? []);
    check(!seen.includes('a1'), 'a row was read before its commit');
    await late.commit();
    await Promise.all([commits, early]);
    checkEqual(idsOf(await readRows(other)).toSorted(), ['a1', 'b1', 'b2', 'late'], 'rows after the late commit');
  }),

  proves('OBX-6', 'a rollback between two commits', async (world) => {
    const store = await world.open();
    await enqueue(store, draft('1', 'a'));
    await attempt(store, async (transaction) => {
      await transaction.enqueue([draft('gone', 'a'), draft('gone-too', 'b')]);
      throw new Error('no');
    });
    await enqueue(store, draft('2', 'a'), draft('3', 'b'));
    checkEqual(
      numbersOf(await readRows(store)),
      [
        ['1', 1],
        ['2', 2],
        ['3', 1],
      ],
      'the numbers after a rollback',
    );
  }),

  proves('OBX-7', 'a key waits behind a failed send', async (world) => {
    const store = await world.open();
    const paid = { address: { kind: 'event', channel: 'paid' } } as const;
    await enqueue(store, draft('1', 'one'), draft('2', 'two'), draft('3', 'one', paid), draft('4', undefined));
    const blocked = [{ channel: 'order-paid', key: 'one' }];
    checkEqual(sortedIdsOf(await readRows(store, { blocked })), ['2', '3', '4'], 'rows beside the blocked key');
    checkEqual(sortedIdsOf(await readRows(store)), ['1', '2', '3', '4'], 'rows when it is blocked no more');
    for (const [at, key] of hostileTexts.entries()) {
      await enqueue(store, draft(`h${at}`, key));
      const rows = await readRows(store, { blocked: [{ channel: 'order-paid', key }] });
      check(!idsOf(rows).includes(`h${at}`), `the blocked key ${JSON.stringify(key)} was read`);
      checkEqual(rows.length, 4 + at, `rows beside the blocked key ${JSON.stringify(key)}`);
    }
  }),

  proves('OBX-8', 'a channel whose broker is down', async (world) => {
    const store = await world.open();
    const paid = { address: { kind: 'event', channel: 'paid' } } as const;
    await enqueue(store, draft('1', 'a'), draft('2', undefined), draft('3', 'a', paid));
    checkEqual(
      sortedIdsOf(await readRows(store, { blockedChannels: ['order-paid'] })),
      ['3'],
      'rows of the other channel',
    );
  }),

  proves('OBX-10', 'many rows of many keys', async (world) => {
    const store = await world.open();
    const count = world.amount(60);
    for (let at = 0; at < count; at += 3) {
      await enqueue(store, ...[0, 1, 2].map((step) => draft(`${at + step}`, `k${(at * 7 + step) % 5}`)));
    }
    const rows = await readRows(store);
    const ids = rows.map(({ rowId }) => rowId);
    checkEqual(
      ids,
      ids.toSorted((left, right) => left - right),
      'the ids in the order of the page',
    );
    for (const [key, ofKey] of Map.groupBy(rows, (row) => row.key)) checkDense(ofKey, `of ${key}`);
  }),

  proves('OBX-11', 'hostile texts and every byte', async (world) => {
    const store = await world.open();
    const body = Uint8Array.from({ length: 512 }, (_, at) => at % 256);
    const headers = Object.fromEntries(
      hostileTexts.flatMap((text, at) => [
        [`h${at}`, text],
        [`n${text}`, 'x'],
      ]),
    );
    const drafts = hostileTexts.map((text, at) =>
      draft(`m${at}${text}`, text, {
        address: { kind: at % 2 === 0 ? 'event' : 'command', channel: 'order-paid' },
        deduplicationKey: `d${text}`,
        headers,
        body: body.subarray(at),
        delayMs: at * 1000,
      }),
    );
    await enqueue(store, ...drafts);
    const rows = await readRows(store);
    checkEqual(rows.length, drafts.length, 'rows of as many drafts');
    for (const sent of drafts) {
      const row = rows.find(({ id }) => id === sent.id);
      check(row !== undefined, `the id ${JSON.stringify(sent.id)} did not come back`);
      checkEqual([...row.body], [...sent.body], 'the body');
      checkEqual({ ...row.headers }, sent.headers, 'the headers');
      checkEqual([row.key, row.deduplicationKey], [sent.key, sent.deduplicationKey], 'the keys');
      checkEqual([{ ...row.address }, row.delayMs], [sent.address, sent.delayMs], 'address and delay');
    }
  }),

  proves('OBX-12', 'page after page, as a relay reads', async (world) => {
    const store = await world.open();
    const count = world.amount(30);
    await enqueue(store, ...Array.from({ length: count }, (_, at) => draft(`${at}`, `k${at % 4}`)));
    for (const limit of [1, 7, count, count + 1]) {
      checkEqual((await readRows(store, { limit })).length, Math.min(limit, count), `rows of a page of ${limit}`);
    }
    const [first] = await readRows(store, { limit: 1 });
    checkEqual(first?.sequence, 1, 'the number of the first row of the first page');
  }),

  proves('OBX-13', 'one bucket per key', async (world) => {
    const store = await world.open();
    for (let turn = 0; turn < 4; turn += 1) {
      await enqueue(store, ...Array.from({ length: 20 }, (_, at) => draft(`${turn}/${at}`, `k${at}`)));
    }
    const rows = await readRows(store);
    for (const [key, ofKey] of Map.groupBy(rows, (row) => row.key)) {
      checkEqual(new Set(ofKey.map(({ bucket }) => bucket)).size, 1, `buckets of ${key}`);
    }
    const buckets = new Set(rows.map(({ bucket }) => bucket));
    check(buckets.size > 1, 'twenty keys lie in one bucket');
    for (const bucket of buckets) {
      const own = rows.filter((row) => row.bucket === bucket);
      checkEqual(idsOf(await readRows(store, { buckets: [bucket] })), idsOf(own), `rows of bucket ${bucket}`);
    }
    checkEqual(await readRows(store, { buckets: [] }), [], 'rows of no bucket');
  }),

  proves('OBX-14', 'two stores, one numbering', async (world) => {
    const stores = await Promise.all([world.open(), world.open()]);
    for (const [at, store] of stores.entries()) await enqueue(store, draft(`${at}`, 'a'));
    const epochs = new Set((await readRows(stores[0])).map(({ epoch }) => epoch));
    checkEqual(epochs.size, 1, 'epochs of one database');
    check(![...epochs].includes(''), 'the epoch is empty');
  }),

  proves('OBX-16', 'a command and an event of one name', async (world) => {
    const store = await world.open();
    const command = { address: { kind: 'command', channel: 'order-paid' } } as const;
    await enqueue(store, draft('1', 'a'), draft('2', 'a', command), draft('3', 'a'));
    checkEqual(
      numbersOf(await readRows(store)),
      [
        ['1', 1],
        ['2', 1],
        ['3', 2],
      ],
      'the numbers of both kinds',
    );
  }),

  proves('OBX-17', 'a thousand rows of a blocked key in front', async (world) => {
    const store = await world.open();
    const count = world.amount(1000);
    for (let at = 0; at < count; at += 20) {
      await enqueue(store, ...Array.from({ length: 20 }, (_, step) => draft(`${at + step}`, 'blocked')));
    }
    await enqueue(store, draft('free', 'free'));
    const blocked = [{ channel: 'order-paid', key: 'blocked' }];
    checkEqual(sortedIdsOf(await readRows(store, { blocked, limit: 10 })), ['free'], 'rows behind the blocked ones');
  }),

  proves('OBX-18', 'a page is read while one is sent', async (world) => {
    const store = await world.open();
    await enqueue(store, draft('1', 'a'), draft('2', undefined), draft('3', 'b'));
    const underWay = (await readRows(store)).map(({ rowId }) => rowId);
    await enqueue(store, draft('4', 'a'), draft('5', 'a'), draft('6', undefined));
    const next = await readRows(store, { underWay, limit: 2 });
    checkEqual(next.length, 2, 'rows of a full page');
    const numberOf = new Map<string, number | undefined>([
      ['4', 2],
      ['5', 3],
      ['6', undefined],
    ]);
    checkEqual(
      numbersOf(next),
      next.map(({ id }) => [id, numberOf.get(id)]),
      'rows behind those under way',
    );
    checkEqual(sortedIdsOf(await readRows(store, { underWay })), ['4', '5', '6'], 'all of them');
    checkEqual(sortedIdsOf(await readRows(store)), ['1', '2', '3', '4', '5', '6'], 'rows when nothing is under way');
  }),

  proves('OBX-19', 'pages of large bodies', async (world) => {
    const store = await world.open();
    const sizes = [300, 700, 1, 0, 5000];
    for (const [at, size] of sizes.entries()) {
      // Zeros and letters in turn: a store may keep text otherwise than bytes.
      await enqueue(store, draft(`${at}`, 'a', { body: new Uint8Array(size).fill(at % 2 === 0 ? 0 : 0x61) }));
    }
    const look = async (bytesMax: number) => {
      const { rows, isCut = false } = await readPage(store, { bytesMax });
      return [rows.length, isCut];
    };
    checkEqual(await look(999), [2, true], 'rows and end of a page of 999 bytes');
    checkEqual(await look(1), [1, true], 'rows and end of a page of 1 byte');
    checkEqual(await look(1001), [3, true], 'rows and end of a page of 1001 bytes');
    checkEqual(await look(1002), [5, false], 'rows and end of a page that its last body fills');
    checkEqual(await look(1_000_000), [5, false], 'rows and end of a page with room');
    checkEqual(await look(1_000_000_000), [5, false], 'rows and end of a page with room for as many of the largest');
  }),
];

function checkDense(rows: readonly OutboxRow[], whose = ''): void {
  const numbers = rows.map(({ sequence }) => sequence);
  checkEqual(
    numbers,
    rows.map((_, at) => at + 1),
    `the numbers ${whose} in the order of the ids`,
  );
}
