import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import type { ChargeRequest } from '../domain/charge.ts';
import { createChargeDesk } from './charge-desk.ts';
import { busyProvider } from './provider-behaviour.ts';
import type { ProviderBehaviour } from './provider-behaviour.ts';

/** Always one second, always answered, unless `changes` say otherwise. */
const calm: ProviderBehaviour = {
  ...busyProvider,
  latency: { medianMs: 1000, sigma: 0 },
  slowShare: 0,
  errorBeforeCaptureShare: 0,
  errorAfterCaptureShare: 0,
  silentAfterCaptureShare: 0,
  declinedShare: 0,
};

const setUp = (changes: Partial<ProviderBehaviour> = {}) => {
  const clock = virtualClock({ startMs: 0 });
  return { clock, desk: createChargeDesk({ clock, seed: 1, behaviour: { ...calm, ...changes } }) };
};

const request = (key?: string): ChargeRequest => ({
  orderId: 'o1',
  customerId: 'c1',
  amount: { amount: 500, currency: 'EUR' },
  key,
});

test('a charge is captured after the latency and stands in the ledger', async () => {
  const { clock, desk } = setUp();
  expect(await clock.runUntil(desk.charge(request('k1')))).toEqual({ status: 'captured', chargeId: 'ch_1' });
  expect(desk.ledger()).toEqual([{ ...request('k1'), chargeId: 'ch_1', capturedAtMs: 1000 }]);
});

test('a key that is being worked on is told so, and later its first answer', async () => {
  const { clock, desk } = setUp();
  const first = desk.charge(request('k1'));
  expect(await desk.charge(request('k1'))).toEqual({ status: 'processing' });
  expect(desk.lookUp('k1')).toEqual({ status: 'processing' });
  await clock.runUntil(first);
  expect(await desk.charge(request('k1'))).toEqual({ status: 'captured', chargeId: 'ch_1' });
  expect(desk.ledger()).toHaveLength(1);
});

test('without a key every request is a charge', async () => {
  const { clock, desk } = setUp();
  await clock.runUntil(Promise.all([desk.charge(request()), desk.charge(request())]));
  expect(desk.ledger()).toHaveLength(2);
});

test('a provider that honours no keys charges again, and still tells what it knows of a key', async () => {
  const { clock, desk } = setUp({ honoursIdempotencyKeys: false });
  await clock.runUntil(desk.charge(request('k1')));
  await clock.runUntil(desk.charge(request('k1')));
  expect(desk.ledger()).toHaveLength(2);
  expect(desk.lookUp('k1').status).toBe('captured');
});

test('an error before the capture leaves the key free to be tried again', async () => {
  const { clock, desk } = setUp({ errorBeforeCaptureShare: 1 });
  expect(await clock.runUntil(desk.charge(request('k1')))).toEqual({ status: 'error' });
  expect(desk.lookUp('k1')).toEqual({ status: 'absent' });
  expect(desk.ledger()).toEqual([]);
});

test.each([
  ['errorAfterCaptureShare', 'error'],
  ['silentAfterCaptureShare', 'silence'],
] as const)('%s: the money is taken though the answer is %s, and a look-up tells', async (share, status) => {
  const { clock, desk } = setUp({ [share]: 1 });
  expect(await clock.runUntil(desk.charge(request('k1')))).toEqual({ status });
  expect(desk.lookUp('k1')).toEqual({ status: 'captured', chargeId: 'ch_1' });
  expect(desk.ledger()).toHaveLength(1);
});

test('a declined card is no charge', async () => {
  const { clock, desk } = setUp({ declinedShare: 1 });
  expect(await clock.runUntil(desk.charge(request('k1')))).toEqual({ status: 'declined' });
  expect(desk.lookUp('k1')).toEqual({ status: 'declined' });
  expect(desk.ledger()).toEqual([]);
});

test('what is worked on is counted until it ends', async () => {
  const { clock, desk } = setUp();
  const charge = desk.charge(request());
  expect(desk.inFlight()).toBe(1);
  await clock.runUntil(charge);
  expect(desk.inFlight()).toBe(0);
});
