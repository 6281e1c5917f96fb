import { systemClock } from '@waybill/core';
import { expect, test } from 'vitest';
import { openStoreHarness } from '../memory/harness.ts';
import { openStoreWorld } from './open-store-world.ts';
import type { StoreHarness } from './store-harness.ts';
import { checkStoreAbsent, findStoreLack } from './store-provision.ts';

const openWorld = (harness: StoreHarness, isAlone = false) =>
  openStoreWorld({ harness, mode: 'standard', clock: systemClock, random: () => 0, runId: 'run', isAlone });

const memory = await openStoreHarness();

test('all stores of a world share its database, other worlds have another', async () => {
  const one = openWorld(memory);
  const other = openWorld(memory);
  const { writeRow } = await one.world.database();
  await (await one.world.open()).transaction(({ native }) => writeRow(native, 'row'));
  expect(await (await one.world.database()).rows()).toEqual(['row']);
  expect(await (await other.world.database()).rows()).toEqual([]);
});

test('commits, rollbacks and unknown outcomes are counted apart', async () => {
  const unknown = new Error('unknown');
  const createDatabase: StoreHarness['createDatabase'] = async () => {
    const database = await memory.createDatabase();
    const open = async () => {
      const store = await database.open();
      const codeOf: typeof store.codeOf = (error) => (error === unknown ? 'commit-unknown' : store.codeOf(error));
      return { ...store, codeOf };
    };
    return { ...database, open };
  };
  const { world, totals } = openWorld({ ...memory, createDatabase });
  const store = await world.open();
  await store.transaction(async () => undefined);
  await expect(store.transaction(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(store.transaction(() => Promise.reject(unknown))).rejects.toThrow('unknown');
  expect(totals()).toEqual({ committed: 1, rolledBack: 1, unknown: 1, faults: 0 });
});

test('a store that stays open is closed with its world', async () => {
  const { world, close } = openWorld(memory);
  const store = await world.open();
  await close();
  const late: unknown = await store.transaction(async () => undefined).catch((error: unknown) => error);
  expect(store.codeOf(late)).toBe('closed');
});

test('a fault that hits all databases needs a world of its own, and counts when it landed', async () => {
  const faults = { killServer: async () => undefined, cutConnections: async () => 0 };
  const beside = openWorld({ ...memory, faults });
  await expect(beside.world.faults.killServer?.()).rejects.toThrow('alone');
  const alone = openWorld({ ...memory, faults }, true);
  await alone.world.faults.killServer?.();
  // It met no connection, so nothing was broken.
  await alone.world.faults.cutConnections?.(await alone.world.database());
  expect(alone.totals()['faults']).toBe(1);
});

test('what a harness lacks is told with its reason, by nature or not', () => {
  const harness = { ...memory, faults: {}, absent: { killServer: 'there is no server' } };
  expect(findStoreLack(harness, [])).toBeUndefined();
  expect(findStoreLack(harness, ['killServer'])).toEqual({ isByNature: true, reason: 'there is no server' });
  const reason = 'the harness offers no way to freeze the server';
  expect(findStoreLack(harness, ['pauseServer'])).toEqual({ isByNature: false, reason });
});

test('a harness cannot deny what it offers, and must say why it denies', () => {
  expect(() => checkStoreAbsent(memory)).not.toThrow();
  expect(() => checkStoreAbsent({ ...memory, absent: { abandon: 'nobody dies' } })).toThrow('offers one');
  expect(() => checkStoreAbsent({ ...memory, absent: { killServer: ' ' } })).toThrow('does not say why');
});
