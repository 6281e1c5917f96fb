import { check, checkEqual } from '../../harness/check.ts';
import { attempt, claim, statusesOf } from '../stage/attempt.ts';
import { holdOpen, meanwhile } from '../stage/hold-open.ts';
import { putLetter, removeLetter } from '../stage/outbox.ts';
import { hostileTexts, letter, openKey } from '../stage/samples.ts';
import { proves } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

/** A key's later messages wait behind the one that was poisoned. */
export const openKeyCases: readonly StoreCase[] = [
  proves('KEY-1', 'open, then parked, for every store', async (world) => {
    const stores = await Promise.all([world.open(), world.open()]);
    checkEqual(await claim(stores[0], openKey('k')), [{ status: 'claimed' }], 'the key before');
    checkEqual(await claim(stores[0], openKey('k')), [{ status: 'claimed' }], 'the key, which nothing has marked');
    await putLetter(stores[0], letter('l-1'));
    for (const store of stores) {
      checkEqual(await claim(store, openKey('k')), [{ status: 'parked' }], 'the key behind its letter');
    }
  }),

  proves('KEY-2', 'two letters park one key', async (world) => {
    const store = await world.open();
    for (const id of ['l-1', 'l-2']) await putLetter(store, letter(id));
    await removeLetter(store, 'l-1');
    checkEqual(await claim(store, openKey('k')), [{ status: 'parked' }], 'the key with one letter left');
    await removeLetter(store, 'l-2');
    checkEqual(await claim(store, openKey('k')), [{ status: 'claimed' }], 'the key without a letter');
  }),

  proves('KEY-3', 'parked while a handler works on it', async (world) => {
    const [store, other] = await Promise.all([world.open(), world.open()]);
    const { writeRow, rows } = await world.database();
    const working = holdOpen(world, store, async ({ claim: make, native }) => {
      const outcomes = await make([openKey('k')]);
      await writeRow(native, 'effect');
      return outcomes;
    });
    checkEqual(await working.worked, [{ status: 'claimed' }], 'the key at first');
    const parking = attempt(other, ({ changeDeadLetters }) =>
      changeDeadLetters([{ change: 'put', letter: letter('l-1'), parksKey: true, outboxRowId: undefined }]),
    );
    const isOvertaken = (await meanwhile(world, parking))?.status === 'committed';
    const worked = await working.commit();
    const parked = await parking;
    check(
      !isOvertaken || worked.status === 'failed',
      'the key was parked under a transaction that had found it open, and that committed afterwards',
    );
    const losers = [worked, parked].filter((each) => each.status === 'failed');
    checkEqual(
      losers.map(({ code }) => code),
      losers.map(() => 'write-conflict'),
      'the code of whoever lost',
    );
    check(losers.length < 2, 'both transactions failed');
    checkEqual(await rows(), worked.status === 'committed' ? ['effect'] : [], 'effects that were committed');
  }),

  proves('KEY-4', 'neighbours of a parked key', async (world) => {
    const store = await world.open();
    await putLetter(store, letter('l-1'));
    const neighbours = [openKey('K'), openKey('k', { scope: 'other' }), openKey('k', { channel: 'other' })];
    checkEqual(statusesOf(await claim(store, ...neighbours)), ['claimed', 'claimed', 'claimed'], 'the neighbours');
    for (const [at, key] of hostileTexts.entries()) {
      const shown = JSON.stringify(key);
      checkEqual(await claim(store, openKey(key)), [{ status: 'claimed' }], `the key ${shown} before its own letter`);
      await putLetter(store, letter(`hostile-${at}`, { key }));
      checkEqual(await claim(store, openKey(key)), [{ status: 'parked' }], `the key ${shown} behind its letter`);
    }
  }),

  proves('KEY-5', 'a letter beside its key', async (world) => {
    const store = await world.open();
    await putLetter(store, letter('l-1'), { parksKey: false });
    checkEqual(await claim(store, openKey('k')), [{ status: 'claimed' }], 'the key of a letter that parks nothing');
    await putLetter(store, letter('l-2'));
    await removeLetter(store, 'l-1');
    checkEqual(await claim(store, openKey('k')), [{ status: 'parked' }], 'the key once the other letter is gone');
  }),

  proves('KEY-6', 'a letter of no key', async (world) => {
    const store = await world.open();
    await putLetter(store, letter('l-1', { key: undefined }));
    const { deadLetters, parkedKeys } = await store.inspect();
    checkEqual({ deadLetters, parkedKeys }, { deadLetters: 1, parkedKeys: 0 }, 'what is kept');
    await removeLetter(store, 'l-1');
  }),
];
