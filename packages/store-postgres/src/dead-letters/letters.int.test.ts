import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { createEnqueueDrafts } from '../outbox/enqueue-drafts.ts';
import { pgDatabase } from '../pg/pg-database.ts';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import type { Database } from '../sql/database.ts';
import { claimed, letter, openKey, parked, put } from '../testing/some-claims.ts';
import { clearState, stateOf } from '../testing/state-of.ts';

const server = await findBroker('postgres', 'dead letters on a PostgreSQL server');
const databases: readonly (readonly [string, Database])[] = [
  ['PGlite', pgliteDatabase()],
  ...(server === undefined ? [] : [['PostgreSQL', pgDatabase({ url: server.address })] as const]),
];

afterAll(async () => {
  for (const [, database] of databases) await database.close();
  await server?.stop();
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => errorCodeOf(error),
  );

describe.each(databases)('on %s', { timeout: 60_000 }, async (_, database) => {
  const { claim, change, query, read, transaction } = await stateOf(database);
  const idsOf = async (...wanted: Parameters<typeof read>) => (await read(...wanted)).letters.map(({ id }) => id);

  beforeEach(() => clearState(query));

  test('letters come back by subscription, key and id, page by page', async () => {
    await change(...['1', '2', '3'].map((id) => put(letter(id))));
    await change(put(letter('4', { key: 'b' })), put(letter('5', { subscription: 'ship' })));
    await change(put(letter('6', { key: undefined })));
    expect(await idsOf()).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(await idsOf({ subscription: 's' })).toEqual(['1', '2', '3', '4', '6']);
    expect(await idsOf({ subscription: 's', key: 'k' })).toEqual(['1', '2', '3']);
    expect(await idsOf({ key: 'k' })).toEqual(['1', '2', '3', '5']);
    expect(await idsOf({ ids: ['5', '1', '1', 'no'] })).toEqual(['1', '5']);
    expect(await idsOf({ ids: [] })).toEqual([]);
    const page = await read({ limit: 2 });
    expect(page.letters.map(({ id }) => id)).toEqual(['1', '2']);
    expect(page.next).toBe(page.letters[1]?.position);
    const rest = await read({ after: page.next ?? 0, limit: 4 });
    expect(rest.letters.map(({ id }) => id)).toEqual(['3', '4', '5', '6']);
    expect(rest.next).toBeUndefined();
  });

  test('texts and bytes of strangers come back exactly: NUL, halves of characters, normal forms, 9 kB', async () => {
    const odd = ['\0', '\ud800', '\udc00a', 'é', 'e\u0301', 'k'.repeat(9000), 'sha256:', '\\u0000', '"'];
    const letters = odd.map((text) =>
      letter(`id ${text}`, {
        subscription: text,
        channel: text,
        key: text,
        messageId: text,
        deduplicationKey: text,
        error: text,
        headers: { [text]: text, ['__proto__']: text },
        body: Uint8Array.from({ length: 256 }, (__, byte) => byte),
        firstFailedAtMs: 1_700_000_000_000.5,
      }),
    );
    await change(...letters.map((one) => put(one)));
    const page = await read();
    expect(page.letters).toEqual(
      letters.map((one, at) => ({ ...one, position: page.letters[at]?.position, replays: 0 })),
    );
    expect(page.letters[0]?.body.constructor).toBe(Uint8Array);
    for (const [at, text] of odd.entries()) {
      expect(await idsOf({ subscription: text, key: text })).toEqual([letters[at]?.id]);
      expect(await claim(openKey(text, { scope: text, channel: text }))).toEqual([parked]);
    }
    await change(...letters.map(({ id }) => ({ change: 'remove' as const, id })));
    expect((await query('select from "waybill".parked_keys')).rows).toEqual([]);
  });

  test('a letter that is put twice is there once as it first was, and parks once', async () => {
    await change(put(letter('1')), put(letter('1', { error: 'again' })));
    await change(put(letter('1', { error: 'again' })));
    expect((await read()).letters).toMatchObject([{ id: '1', error: '' }]);
    await change({ change: 'remove', id: '1' });
    expect(await claim(openKey())).toEqual([claimed]);
  });

  test('a letter without a key, or one that is not to park, parks nothing', async () => {
    await change(put(letter('1', { key: undefined })), {
      change: 'put',
      letter: letter('2'),
      parksKey: false,
      outboxRowId: undefined,
    });
    expect(await claim(openKey())).toEqual([claimed]);
    await change({ change: 'remove', id: '2' }, { change: 'remove', id: '1' });
    expect(await idsOf()).toEqual([]);
  });

  test('what is not there cannot be taken away or counted, and nothing else is then either', async () => {
    await change(put(letter('1')));
    const remove = { change: 'remove', id: '1' } as const;
    expect(await codeOf(change({ change: 'remove', id: '2' }))).toBe('not-found');
    expect(await codeOf(change(remove, { change: 'remove', id: '2' }))).toBe('not-found');
    expect(await codeOf(change(remove, remove))).toBe('not-found');
    expect(await codeOf(change({ change: 'count-replay', id: '2' }))).toBe('not-found');
    expect(await claim(openKey())).toEqual([parked]);
    await change({ change: 'count-replay', id: '1' }, { change: 'count-replay', id: '1' });
    expect((await read()).letters).toMatchObject([{ id: '1', replays: 2 }]);
    await change(remove, put(letter('2')), { change: 'remove', id: '2' });
    expect(await claim(openKey())).toEqual([claimed]);
    await change();
  });

  test('a row that no broker takes leaves the outbox with the letter, and nothing is put when the row is gone', async () => {
    const enqueue = createEnqueueDrafts({
      schema: '"waybill"',
      buckets: 64,
      epoch: `'e'`,
    });
    const draft = {
      address: { kind: 'event', channel: 'c' },
      id: 'm',
      key: 'k',
      deduplicationKey: 'm',
      headers: {},
      body: new Uint8Array(),
      delayMs: 0,
    } as const;
    await transaction((own) => enqueue(own.query, [draft, draft]));
    const { rows } = await query('select id::text as id from "waybill".outbox order by id');
    const [first, second] = rows.map(({ id }) => Number(id));
    const outbox = { subscription: 'outbox' };
    await change(put(letter('1', outbox), first));
    expect((await query('select id::text as id from "waybill".outbox')).rows).toEqual([{ id: String(second) }]);
    expect(await codeOf(change(put(letter('2', outbox), first)))).toBe('not-found');
    expect(await codeOf(change(put(letter('3', outbox), second), put(letter('4', outbox), first)))).toBe('not-found');
    expect(await idsOf()).toEqual(['1']);
    expect((await query('select letters::text as letters from "waybill".parked_keys')).rows).toEqual([
      { letters: '1' },
    ]);
    // The letter is there already: the row goes all the same.
    await change(put(letter('1', outbox), second));
    expect((await query('select from "waybill".outbox')).rows).toEqual([]);
  });
});
