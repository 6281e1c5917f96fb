import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import type { Database } from '../sql/database.ts';
import { everyBucket, idsOf, openTestOutbox, testDraft } from '../testing/test-outbox.ts';
import type { TestOutbox } from '../testing/test-outbox.ts';

const broker = await findBroker('postgres', 'the outbox on a server');
const databases: readonly (readonly [string, Database])[] = [
  ['PGlite', pgliteDatabase()],
  ...(broker === undefined ? [] : [['PostgreSQL', pgDatabase({ url: broker.address })] as const]),
];

afterAll(async () => {
  for (const [, database] of databases) await database.close();
  await broker?.stop();
});

// Opening PGlite takes seconds, and many on a busy machine.
beforeAll(async () => {
  for (const [, database] of databases) await database.query('select 1');
}, 120_000);

describe.each(databases)('on %s', { timeout: 30_000 }, (_, database) => {
  let schemas = 0;
  const open = (): Promise<TestOutbox> => {
    schemas += 1;
    return openTestOutbox(database, { name: `outbox_${schemas}` });
  };

  test('numbers are dense per kind, channel and key, and messages without a key have none', async () => {
    const outbox = await open();
    const command = { ...testDraft('c1', 'a'), address: { kind: 'command', channel: 'orders' } } as const;
    await outbox.enqueue(testDraft('1', 'a'), testDraft('2', 'b'), testDraft('3', 'a'), {
      ...testDraft('4'),
      key: undefined,
    });
    await outbox.enqueue(testDraft('5', 'a'), testDraft('6', 'a', 'payments'), command);
    expect((await outbox.read()).map(({ id, sequence }) => [id, sequence])).toEqual([
      ['1', 1],
      ['2', 1],
      ['3', 2],
      ['4', undefined],
      ['5', 3],
      ['6', 1],
      ['c1', 1],
    ]);
  });

  test('a row comes back as it was given, with the bucket of its key and the epoch of its number', async () => {
    const outbox = await open();
    const draft = {
      address: { kind: 'command', channel: 'charge-card' },
      id: 'id "quoted" \\ \u{1f600}',
      key: 'Ka\u0308se',
      deduplicationKey: 'd'.repeat(900),
      headers: { plain: 'text', nul: '\u0000', half: '\ud800', emoji: '\u{1f600}', '': '' },
      body: Uint8Array.from({ length: 256 }, (__, at) => at),
      delayMs: 2.5,
    } as const;
    await outbox.enqueue(draft);
    const [row] = await outbox.read();
    if (row === undefined) throw new Error('the row is lost');
    const { body, rowId, ...rest } = row;
    const { body: given, ...expected } = draft;
    expect(rest).toEqual({ ...expected, bucket: 12, sequence: 1, epoch: 'e1' });
    expect([...body]).toEqual([...given]);
    expect(rowId).toBe(1);
  });

  test.each([
    ['nothing', []],
    ['ASCII', [...Buffer.from('{"note":"a \\"b\\" \\\\ c"}')]],
    ['characters of two to four bytes', [...Buffer.from('\u00e4\u20ac\u{1f600}')]],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61]],
    ['NUL', [0x61, 0, 0x62]],
    ['half a character', [0x61, 0xed, 0xa0, 0x80]],
    ['no UTF-8', [0xff, 0xfe, 0x80]],
    ['what looks like bytes to the database', [...Buffer.from('\\x6162')]],
  ])('a body of %s comes back byte for byte, alone and among others', async (__, bytes) => {
    const outbox = await open();
    const body = Uint8Array.from(bytes);
    await outbox.enqueue({ ...testDraft('a1'), body });
    await outbox.enqueue({ ...testDraft('b1'), body }, { ...testDraft('b2'), body });
    const bodies = (await outbox.read()).map((row) => [...row.body]);
    expect(bodies).toEqual([bytes, bytes, bytes]);
  });

  test.each([
    ['text', 0x61],
    ['bytes', 0xff],
  ])('one large body of %s among small ones comes with its page, and so do the pages behind it', async (__, sign) => {
    const outbox = await open();
    const sizes = [10, 10, 3000, 10, 10, 10];
    for (const [at, size] of sizes.entries()) {
      await outbox.enqueue({ ...testDraft(`a${at}`), body: new Uint8Array(size).fill(sign) });
    }
    // A fourth of the page is 1,000 bytes, which one of them is not within.
    const asked = { limit: 4, bytesMax: 4000 };
    const read = async (underWay: readonly number[]) => {
      const { rows, isCut } = await outbox.readPage({ ...asked, underWay });
      return { sizes: rows.map(({ body }) => body.byteLength), isCut };
    };
    for (let round = 0; round < 2; round += 1) {
      expect(await read([])).toEqual({ sizes: [10, 10, 3000, 10], isCut: false });
      expect(await read([1, 2, 3])).toEqual({ sizes: [10, 10, 10], isCut: false });
    }
    expect((await outbox.readPage({ ...asked, bytesMax: 3010 })).rows).toHaveLength(3);
  });

  test('keys that text cannot hold, long ones and other normal forms are keys of their own', async () => {
    const outbox = await open();
    const keys = ['\u0000', '\ud800', '\ud801', 'x'.repeat(9000), 'K\u00e4se', 'Ka\u0308se', 'sha256:', 'a', 'A'];
    await outbox.enqueue(...keys.flatMap((key, at) => [testDraft(`${at}-1`, key), testDraft(`${at}-2`, key)]));
    const rows = await outbox.read();
    expect(rows.map(({ key }) => key)).toEqual(keys.flatMap((key) => [key, key]));
    expect(rows.map(({ sequence }) => sequence)).toEqual(keys.flatMap(() => [1, 2]));
    const left = await outbox.read({ blocked: keys.slice(0, 8).map((key) => ({ channel: 'orders', key })) });
    expect(left.map(({ key }) => key)).toEqual(['A', 'A']);
  });

  test('one message and many are numbered by the same counter', async () => {
    const outbox = await open();
    await outbox.enqueue(testDraft('a1'));
    await outbox.enqueue(testDraft('a2'), testDraft('b1'), testDraft('a3'));
    await outbox.enqueue(testDraft('a4'));
    await outbox.enqueue();
    expect((await outbox.read()).map(({ id, sequence }) => `${id}=${sequence}`)).toEqual([
      'a1=1',
      'a2=2',
      'b1=1',
      'a3=3',
      'a4=4',
    ]);
  });

  test('all rows of a key lie in one bucket, and rows without a key in many', async () => {
    const outbox = await open();
    await outbox.enqueue(...Array.from({ length: 50 }, (__, at) => testDraft(`${at}`, 'a')));
    await outbox.enqueue(...Array.from({ length: 50 }, (__, at) => ({ ...testDraft(`free-${at}`), key: undefined })));
    const rows = await outbox.read();
    const bucketsOf = (isKeyed: boolean) =>
      new Set(rows.filter(({ key }) => (key !== undefined) === isKeyed).map(({ bucket }) => bucket));
    expect(bucketsOf(true).size).toBe(1);
    expect(bucketsOf(false).size).toBeGreaterThan(20);
  });

  test('what a transaction took back leaves no gap', async () => {
    const outbox = await open();
    await outbox.enqueue(testDraft('a1'));
    const failing = database.transaction(async ({ query }) => {
      await outbox.enqueueIn(query, testDraft('a2'), testDraft('a3'));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await outbox.enqueue(testDraft('a4'));
    expect((await outbox.read()).map(({ id, sequence }) => [id, sequence])).toEqual([
      ['a1', 1],
      ['a4', 2],
    ]);
  });

  test('keys, channels and buckets that are not asked for are left out of a read', async () => {
    const outbox = await open();
    await outbox.enqueue(testDraft('1', 'a'), testDraft('2', 'b'), testDraft('3', 'a', 'payments'), {
      ...testDraft('4'),
      key: undefined,
    });
    expect(idsOf(await outbox.read({ blocked: [{ channel: 'orders', key: 'a' }] }))).toEqual(['2', '3', '4']);
    expect(idsOf(await outbox.read({ blockedChannels: ['orders'] }))).toEqual(['3']);
    expect(idsOf(await outbox.read({ limit: 2 }))).toEqual(['1', '2']);
    const rows = await outbox.read();
    const own = rows.filter(({ key }) => key === 'b').map(({ bucket }) => bucket);
    expect(idsOf(await outbox.read({ buckets: own }))).toEqual(
      idsOf(rows.filter(({ bucket }) => own.includes(bucket))),
    );
    expect(await outbox.read({ buckets: [] })).toEqual([]);
  });

  test('keys that are parked under the outbox are left out, and those parked under a subscription are not', async () => {
    const outbox = await open();
    await outbox.enqueue(testDraft('a1'), testDraft('b1'), testDraft('c1'));
    const park = `insert into ${outbox.schema}.parked_keys (subscription, channel, key, letters) values ($1, 'orders', $2, 1)`;
    await database.query(park, ['outbox', 'a']);
    await database.query(park, ['billing', 'b']);
    expect(idsOf(await outbox.read())).toEqual(['b1', 'c1']);
    expect(await outbox.inspect()).toMatchObject({ outboxRows: 2, parkedKeys: 2, deadLetters: 0 });
    await database.query(`delete from ${outbox.schema}.parked_keys where subscription = 'outbox'`);
    expect(idsOf(await outbox.read())).toEqual(['a1', 'b1', 'c1']);
  });

  test('rows are deleted only under the current token of their bucket', async () => {
    const outbox = await open();
    await outbox.enqueue(testDraft('1', 'a'));
    const rowIds = (await outbox.read()).map(({ rowId }) => rowId);
    const stale = await outbox.lease({ owner: 'frozen', leaseMs: 0 });
    const current = await outbox.lease({ owner: 'successor' });
    expect(current.leases).toHaveLength(64);
    expect(
      await outbox.remove(
        rowIds,
        stale.leases.map(({ bucket, token }) => ({ bucket, token: token - 1 })),
      ),
    ).toBe(0);
    expect(
      await outbox.remove(
        rowIds,
        everyBucket.map((bucket) => ({ bucket, token: 1 })),
      ),
    ).toBe(0);
    expect(await outbox.remove(rowIds, [])).toBe(0);
    expect(await outbox.remove([], current.leases)).toBe(0);
    expect(await outbox.remove(rowIds, current.leases)).toBe(1);
    expect(await outbox.remove(rowIds, current.leases)).toBe(0);
  });

  test('a bucket has one owner while its lease lasts, and every new owner gets a higher token', async () => {
    const outbox = await open();
    const first = await outbox.lease({ owner: 'one' });
    expect(first).toEqual({ leases: everyBucket.map((bucket) => ({ bucket, token: 1 })), relays: 1 });
    expect(await outbox.lease({ owner: 'two' })).toEqual({ leases: [], relays: 2 });
    expect((await outbox.lease({ owner: 'one', leaseMs: 30 })).leases).toEqual(first.leases);
    await database.query('select pg_sleep(0.04)');
    const second = await outbox.lease({ owner: 'two' });
    expect(second.leases).toEqual(everyBucket.map((bucket) => ({ bucket, token: 2 })));
    expect(second.relays).toBe(1);
  });

  test('a relay that comes back after its lease ran out gets a new token, even when nobody was there in between', async () => {
    const outbox = await open();
    await outbox.lease({ leaseMs: 1 });
    await database.query('select pg_sleep(0.01)');
    expect((await outbox.lease({ bucketsMax: 2 })).leases).toEqual([
      { bucket: 0, token: 2 },
      { bucket: 1, token: 2 },
    ]);
  });

  test('what a relay gives up is free at once, highest numbers first, and a relay that leaves is no longer counted', async () => {
    const outbox = await open();
    await outbox.lease({ owner: 'one' });
    const { leases } = await outbox.lease({ owner: 'one', bucketsMax: 20 });
    expect(leases.map(({ bucket }) => bucket)).toEqual(everyBucket.slice(0, 20));
    const joined = await outbox.lease({ owner: 'two' });
    expect([joined.leases.length, joined.relays]).toEqual([44, 2]);
    expect(await outbox.lease({ owner: 'one', bucketsMax: 0 })).toEqual({ leases: [], relays: 1 });
    const alone = await outbox.lease({ owner: 'two' });
    expect([alone.leases.length, alone.relays]).toEqual([64, 1]);
  });

  test('number and age of what is to be sent', async () => {
    const outbox = await open();
    const nothing = { outboxRows: 0, outboxOldestAgeMs: 0, scheduledRows: 0, deadLetters: 0, parkedKeys: 0 };
    expect(await outbox.inspect()).toEqual(nothing);
    await outbox.enqueue(testDraft('1', 'a'), testDraft('2', 'b'));
    await database.query(`update ${outbox.schema}.outbox set created_at = now() - interval '1 minute' where id = 1`);
    const { outboxRows, outboxOldestAgeMs } = await outbox.inspect();
    expect(outboxRows).toBe(2);
    expect(outboxOldestAgeMs).toBeGreaterThanOrEqual(60_000);
    expect(outboxOldestAgeMs).toBeLessThan(120_000);
  });
});
