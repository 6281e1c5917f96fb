import * as vitest from 'vitest';
import { openStoreHarness } from '../memory/harness.ts';
import { registerStoreMutants } from './register-store-mutants.ts';
import { runStoreMutant } from './run-store-mutant.ts';
import type { ChangeStore } from './store-mutant.ts';

vitest.vi.setConfig({ maxConcurrency: 16 });
registerStoreMutants(vitest, openStoreHarness);

const verdictOn = async (change: ChangeStore, finding = '') =>
  runStoreMutant({ name: 'a try', killedBy: 'TXN-6', finding, mutate: () => change }, await openStoreHarness());

vitest.test('a store without a fault survives', async ({ expect }) => {
  expect(await verdictOn((store) => store)).toEqual({ status: 'survived', reason: 'TXN-6 says pass' });
});

vitest.test('a crash kills no mutant', async ({ expect }) => {
  const verdict = await verdictOn((store) => ({ ...store, transaction: () => Promise.reject(new Error('no')) }));
  expect(verdict).toEqual({ status: 'survived', reason: 'TXN-6 says fail by crash: Error: no' });
});
