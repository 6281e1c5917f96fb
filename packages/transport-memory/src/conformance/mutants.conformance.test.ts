import { registerMutants, runMutant } from '@waybill/conformance/mutants';
import type { Mutation } from '@waybill/conformance/mutants';
import * as vitest from 'vitest';
import { openHarness } from './harness.ts';

// They mostly wait: for leases that end, and for what never comes.
vitest.vi.setConfig({ maxConcurrency: 16 });
registerMutants(vitest, openHarness);

const verdictOn = async (mutation: Mutation, finding = '') => {
  const mutant = { name: 'a try', killedBy: 'DEL-1', finding, mutate: () => mutation } as const;
  return runMutant(mutant, await openHarness());
};

const sendBatch = (): Promise<never> => Promise.reject(new Error('this driver cannot send'));
const dropBody: Mutation = {
  driver: () => ({
    sender: (sender) => ({
      sendBatch: (messages) => sender.sendBatch(messages.map((each) => ({ ...each, body: new Uint8Array() }))),
    }),
  }),
};

vitest.test('a driver without a fault survives', async ({ expect }) => {
  expect(await verdictOn({})).toEqual({ status: 'survived', reason: 'DEL-1 says pass' });
});

vitest.test('a crash kills no mutant', async ({ expect }) => {
  const verdict = await verdictOn({ driver: () => ({ sender: () => ({ sendBatch }) }) });
  expect(verdict).toEqual({ status: 'survived', reason: 'DEL-1 says fail by crash: Error: this driver cannot send' });
});

vitest.test('a mutant is killed by the finding that tells its fault, and by no other', async ({ expect }) => {
  expect(await verdictOn(dropBody, 'the body')).toMatchObject({ status: 'killed' });
  expect(await verdictOn(dropBody, 'the headers')).toMatchObject({ status: 'survived' });
});
