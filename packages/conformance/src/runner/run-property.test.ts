import { systemClock } from '@waybill/core';
import { expect, test } from 'vitest';
import { needing, proves } from '../cases/case.ts';
import { check, checkApplies } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import type { Faults, Harness } from '../harness/harness.ts';
import { declareLevel } from '../harness/property-level.ts';
import { checkAbsent } from '../harness/provision.ts';
import { propertyIds } from '../properties/properties.ts';
import { transportSuite } from '../transport-suite.ts';
import { runProperty } from './run-property.ts';

const noFaults: Faults = { restartBroker: undefined, cutConnections: undefined, abandon: undefined };

/** It has nothing but what is given: the cases here connect to no broker. */
const harnessOf = (parts: Partial<Harness>): Harness => ({
  transport: 'demo',
  product: 'Demo Broker',
  version: '1',
  startedBy: 'in-process',
  levels: declareLevel('native', 'the broker does it', propertyIds),
  timing: { leaseMs: 1000, settleMs: 10, patienceMs: 1000 },
  connect: () => Promise.reject(new Error('no case of this file connects')),
  admin: { depth: async () => 0, inFlight: async () => 0, deleteQueue: undefined, cleanUp: undefined },
  foreign: undefined,
  faults: noFaults,
  stop: async () => undefined,
  ...parts,
});

async function verdictOf(harness: Harness, ...cases: readonly ConformanceCase[]) {
  const options = {
    suite: { ...transportSuite, cases },
    isNamed: false,
    mode: 'standard',
    seed: 1,
    runId: 'run',
    timeoutMs: 1000,
  } as const;
  const { verdict, reason } = await runProperty('ORD-4', { ...options, harness, clock: systemClock });
  return { verdict, reason };
}

const plain = proves('ORD-4', 'it always works', async () => undefined);
const cut = proves(
  'ORD-4',
  'it works when all is cut',
  needing(['cutConnections'], async (_, { cutConnections }) => {
    await cutConnections();
  }),
);
const shapeless = proves('ORD-4', 'there is an edge', async () => checkApplies(false, 'there is no edge'));
const wireless = { absent: { cutConnections: 'there is no wire' } };

test('a case that lacks what the harness could have leaves its property without a verdict', async () => {
  const reason = 'the harness offers no way to cut connections';
  expect(await verdictOf(harnessOf({}), plain, cut)).toEqual({ verdict: 'not-run', reason });
});

test('a case that lacks what there cannot be is left out, and said to be', async () => {
  const reason = 'not looked at: it works when all is cut (there is no wire)';
  expect(await verdictOf(harnessOf(wireless), plain, cut)).toEqual({ verdict: 'pass', reason });
});

test('a case that finds nothing to look at is left out, and said to be', async () => {
  const reason = 'not looked at: there is an edge (there is no edge)';
  expect(await verdictOf(harnessOf({}), plain, shapeless)).toEqual({ verdict: 'pass', reason });
});

test('a property of which nothing was looked at is not run, with every reason', async () => {
  const reason = 'there is no wire; there is no edge';
  expect(await verdictOf(harnessOf(wireless), cut, shapeless)).toEqual({ verdict: 'not-run', reason });
});

test('a case is handed what it needs', async () => {
  const strikes: string[] = [];
  const cutConnections = async (): Promise<number> => strikes.push('cut');
  const harness = harnessOf({ faults: { ...noFaults, cutConnections } });
  const struck = await verdictOf(harness, { ...cut, isAlone: true });
  expect({ ...struck, strikes }).toEqual({ verdict: 'pass', reason: '', strikes: ['cut'] });
});

test('a harness cannot deny what it offers, and must say why it denies', () => {
  const cutConnections = async (): Promise<number> => 1;
  expect(() => checkAbsent(harnessOf(wireless))).not.toThrow();
  expect(() => checkAbsent(harnessOf({ ...wireless, faults: { ...noFaults, cutConnections } }))).toThrow('offers one');
  expect(() => checkAbsent(harnessOf({ absent: { foreign: ' ' } }))).toThrow('does not say why');
});

const doubt = {
  id: 'ORD-4',
  effect: 'proves-nothing',
  reason: 'the emulator keeps no order',
  link: 'https://example.org/order',
  expires: '2999-01-31',
} as const;
const told = 'the emulator keeps no order, until 2999-01-31: https://example.org/order';
const broken = proves('ORD-4', 'it breaks', async () => check(false, 'it broke'));

test('what passes on a server that is known to do otherwise is unproven, with the reason and the last day', async () => {
  expect(await verdictOf(harnessOf({ deviations: [doubt] }), plain)).toEqual({ verdict: 'unproven', reason: told });
});

test('what cannot be looked at on such a server is unproven, not left without a verdict', async () => {
  expect(await verdictOf(harnessOf({ deviations: [doubt] }), plain, cut)).toEqual({
    verdict: 'unproven',
    reason: told,
  });
});

test('where it may fail for that, it is unproven whether it fails or not', async () => {
  const harness = harnessOf({ deviations: [{ ...doubt, effect: 'may-fail' }] });
  expect(await verdictOf(harness, broken)).toEqual({ verdict: 'unproven', reason: told });
  expect(await verdictOf(harness, plain)).toEqual({ verdict: 'unproven', reason: told });
});

test('a failure that nobody expects on such a server is a failure', async () => {
  expect(await verdictOf(harnessOf({ deviations: [doubt] }), broken)).toEqual({ verdict: 'fail', reason: 'it broke' });
});

test('what is refused at start is proven on any server', async () => {
  const levels = declareLevel('unsupported', 'it has none', propertyIds);
  const refused = { ...plain, kind: 'negative' } as const;
  const found = await verdictOf(harnessOf({ deviations: [doubt], levels }), refused);
  expect(found).toEqual({ verdict: 'negative-pass', reason: '' });
});

test('after its day such a deviation is a failure, so that somebody looks again', async () => {
  const expired = { ...doubt, expires: '2026-01-31' };
  const reason = 'its deviation expired on 2026-01-31 (https://example.org/order): look again';
  expect(await verdictOf(harnessOf({ deviations: [expired] }), plain)).toEqual({ verdict: 'fail', reason });
});

test('a property of which this mode has no case is not run, whatever is known of the server', async () => {
  expect(await verdictOf(harnessOf({ deviations: [doubt] }))).toMatchObject({ verdict: 'not-run' });
});

test('a known failure is a deviation until it passes', async () => {
  const { effect: _effect, ...known } = doubt;
  expect(await verdictOf(harnessOf({ deviations: [known] }), broken)).toEqual({ verdict: 'deviation', reason: told });
  const reason = 'passes now: take its deviation away (https://example.org/order)';
  expect(await verdictOf(harnessOf({ deviations: [known] }), plain)).toEqual({ verdict: 'fail', reason });
});
