import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { pgDatabase } from '../pg/pg-database.ts';
import { claimed, letter, openKey, parked, put } from '../testing/some-claims.ts';
import { clearState, stateOf } from '../testing/state-of.ts';
import { untilWaiting } from '../testing/until-waiting.ts';

const server = await findBroker('postgres', 'concurrent dead letters on a PostgreSQL server');

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => errorCodeOf(error),
  );

describe.skipIf(server === undefined)('concurrent dead letters on PostgreSQL', { timeout: 60_000 }, async () => {
  if (server === undefined) return;
  const database = pgDatabase({ url: server.address, connectionsMax: 20, lockTimeoutMs: 20_000 });
  const { claim, change, query, transaction, read } = await stateOf(database);

  beforeEach(() => clearState(query));
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  test('who found a key open is waited for by who parks it', async () => {
    const order: string[] = [];
    let parking: Promise<unknown> = Promise.resolve();
    await transaction(async (own) => {
      expect(await own.claim(openKey())).toEqual([claimed]);
      parking = change(put(letter('1'))).then(() => order.push('parked'));
      await untilWaiting(query);
      order.push('handled');
    });
    await parking;
    expect(order).toEqual(['handled', 'parked']);
  });

  test('who asks while a key is being parked is told so after the commit; a look at the table alone would say open', async () => {
    let asked: Promise<unknown> = Promise.resolve();
    await transaction(async (own) => {
      await own.change(put(letter('1')));
      asked = claim(openKey());
      await untilWaiting(query);
      expect(await query('select from "waybill".parked_keys')).toMatchObject({ rows: [] });
    });
    expect(await asked).toEqual([parked]);
  });

  test('who found a key parked is waited for by who frees it, and may put a letter behind meanwhile', async () => {
    await change(put(letter('1')));
    let freeing: Promise<unknown> = Promise.resolve();
    await transaction(async (own) => {
      expect(await own.claim(openKey())).toEqual([parked]);
      freeing = change({ change: 'remove', id: '1' });
      await untilWaiting(query);
      await own.change(put(letter('2', { role: 'behind' })));
    });
    await freeing;
    expect(await claim(openKey())).toEqual([parked]);
    expect((await read()).letters.map(({ id }) => id)).toEqual(['2']);
  });

  test('two that put letters behind a parked key do not lock each other out', async () => {
    await change(put(letter('1')));
    const bothHaveAsked = Promise.withResolvers<void>();
    let asked = 0;
    const putBehind = (id: string): Promise<void> =>
      transaction(async (own) => {
        expect(await own.claim(openKey())).toEqual([parked]);
        asked += 1;
        if (asked === 2) bothHaveAsked.resolve();
        await bothHaveAsked.promise;
        await own.change(put(letter(id, { role: 'behind' })));
      });
    await Promise.all([putBehind('2'), putBehind('3')]);
    const { rows } = await query('select letters::text as letters from "waybill".parked_keys');
    expect(rows).toEqual([{ letters: '3' }]);
  });

  test('a letter that is put behind a key that is open parks it like any other, and waits for who found it open', async () => {
    const order: string[] = [];
    let parking: Promise<unknown> = Promise.resolve();
    await transaction(async (own) => {
      expect(await own.claim(openKey())).toEqual([claimed]);
      parking = change(put(letter('1', { role: 'behind' }))).then(() => order.push('parked'));
      await untilWaiting(query);
      order.push('handled');
    });
    await parking;
    expect(order).toEqual(['handled', 'parked']);
    expect(await claim(openKey())).toEqual([parked]);
  });

  test('eight connections park, ask for and free two keys in opposite orders: no deadlock, and the count is right', async () => {
    const worker = async (name: number): Promise<void> => {
      for (let round = 0; round < 20; round += 1) {
        const keys = (name + round) % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
        const ids = keys.map((key) => `${name}-${round}-${key}`);
        await claim(...keys.map((key) => openKey(key)));
        await change(...keys.map((key, at) => put(letter(ids[at] ?? '', { key }))));
        await claim(...keys.map((key) => openKey(key)));
        await change(...ids.toReversed().map((id) => ({ change: 'remove' as const, id })));
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, name) => worker(name)));
    expect((await query('select from "waybill".parked_keys')).rows).toEqual([]);
    expect((await read()).letters).toEqual([]);
  });

  test('positions follow the commits, so that a reader who goes on from one misses no late commit', async () => {
    let early: Promise<unknown> = Promise.resolve();
    await transaction(async (own) => {
      await own.change(put(letter('first', { key: 'a' })));
      early = change(put(letter('second', { key: 'b' })));
      await untilWaiting(query);
      expect((await read()).letters).toEqual([]);
    });
    await early;
    const page = await read({ limit: 1 });
    expect(page.letters.map(({ id }) => id)).toEqual(['first']);
    expect((await read({ after: page.next ?? 0 })).letters.map(({ id }) => id)).toEqual(['second']);
  });

  test('a reader who pages while eight write sees every letter, once', async () => {
    let writing = 8;
    const worker = async (name: number): Promise<void> => {
      for (let at = 0; at < 25; at += 1) {
        await transaction(async (own) => {
          await own.change(put(letter(`${name}-${at}`, { key: `k-${name}` })));
          await own.query('select pg_sleep(0.001)');
          if (at % 5 === 4) await own.query('savepoint late');
        });
      }
      writing -= 1;
    };
    const seen: string[] = [];
    const reader = async (): Promise<void> => {
      for (let after = 0, isLast = false; ;) {
        const { letters } = await read({ after, limit: 10 });
        seen.push(...letters.map(({ id }) => id));
        after = letters.at(-1)?.position ?? after;
        if (letters.length > 0) continue;
        if (isLast) return;
        isLast = writing === 0;
      }
    };
    await Promise.all([...Array.from({ length: 8 }, (_, name) => worker(name)), reader()]);
    expect(seen).toHaveLength(200);
    expect(new Set(seen).size).toBe(200);
  });

  test('of two that take one letter away at once one is told that it is gone', async () => {
    await change(put(letter('1')));
    const ends = await Promise.all(Array.from({ length: 6 }, () => codeOf(change({ change: 'remove', id: '1' }))));
    expect(ends.toSorted()).toEqual(['none', ...Array.from({ length: 5 }, () => 'not-found')]);
  });

  test('of two that put one letter at once it is there once and parks once', async () => {
    const ends = await Promise.all(Array.from({ length: 6 }, () => codeOf(change(put(letter('1'))))));
    expect(new Set(ends)).toEqual(new Set(['none']));
    await change({ change: 'remove', id: '1' });
    expect(await claim(openKey())).toEqual([claimed]);
  });

  test('replays that are counted at once are all counted', async () => {
    await change(put(letter('1')));
    await Promise.all(Array.from({ length: 6 }, () => change({ change: 'count-replay', id: '1' })));
    expect((await read()).letters).toMatchObject([{ replays: 6 }]);
  });
});
