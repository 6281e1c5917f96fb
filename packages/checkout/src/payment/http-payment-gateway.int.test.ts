import { scaledClock, systemClock } from '@waybill/core';
import { afterEach, describe, expect, test } from 'vitest';
import type { ChargeRequest } from '../domain/charge.ts';
import { createJsonClient } from '../http/json-client.ts';
import { listen } from '../http/listen.ts';
import { createChargeDesk } from '../provider/charge-desk.ts';
import { createProviderServer } from '../provider/create-provider-server.ts';
import { busyProvider } from '../provider/provider-behaviour.ts';
import type { ProviderBehaviour } from '../provider/provider-behaviour.ts';
import { createHttpPaymentGateway } from './http-payment-gateway.ts';

const calm: ProviderBehaviour = {
  ...busyProvider,
  latency: { medianMs: 1000, sigma: 0 },
  slowShare: 0,
  errorBeforeCaptureShare: 0,
  errorAfterCaptureShare: 0,
  silentAfterCaptureShare: 0,
  declinedShare: 0,
};

const charge: ChargeRequest = { orderId: 'o1', customerId: 'c1', amount: { amount: 500, currency: 'EUR' }, key: 'k1' };
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A provider and the shop's gateway to it, both real, a hundred times as fast as life. */
const setUp = async (changes: Partial<ProviderBehaviour> = {}, timeoutMs = 2_000_000) => {
  const clock = scaledClock(systemClock, 100);
  const desk = createChargeDesk({ clock, seed: 1, behaviour: { ...calm, ...changes } });
  const server = createProviderServer({ desk, clock });
  const origin = await listen(server, 0);
  const client = createJsonClient(origin);
  closers.push(client.close, () => server.close());
  return { desk, client, gateway: createHttpPaymentGateway({ client, clock, timeoutMs }) };
};

const unknown = { code: 'payment-unknown', retryable: true };

describe('charge', () => {
  test('a captured charge has its number', async () => {
    const { gateway, desk } = await setUp();
    expect(await gateway.charge(charge)).toEqual({ status: 'captured', chargeId: 'ch_1' });
    expect(desk.ledger()[0]).toMatchObject(charge);
  });

  test('a declined card is a result, not an error', async () => {
    const { gateway } = await setUp({ declinedShare: 1 });
    expect(await gateway.charge(charge)).toEqual({ status: 'declined' });
  });

  test.each(['errorBeforeCaptureShare', 'errorAfterCaptureShare'] as const)(
    '%s: an error leaves the result unknown',
    async (share) => {
      const { gateway } = await setUp({ [share]: 1 });
      await expect(gateway.charge(charge)).rejects.toMatchObject(unknown);
    },
  );

  test('a provider that captures and never answers is given up on, and a look-up tells', async () => {
    const { gateway } = await setUp({ silentAfterCaptureShare: 1 }, 50_000);
    await expect(gateway.charge(charge)).rejects.toMatchObject(unknown);
    // On a busy machine the time-out may come before the capture.
    await expect.poll(() => gateway.lookUp('k1')).toEqual({ status: 'captured', chargeId: 'ch_1' });
  });

  test('a single call can be given up on earlier than the gateway would', async () => {
    const { gateway } = await setUp({ latency: { medianMs: 1_000_000, sigma: 0 } });
    await expect(gateway.charge(charge, { timeoutMs: 50_000 })).rejects.toMatchObject(unknown);
    await expect.poll(() => gateway.lookUp('k1')).toEqual({ status: 'processing' });
  });

  test('a provider that answers too late goes on working, and a look-up tells so', async () => {
    const { gateway, desk } = await setUp({ latency: { medianMs: 200_000, sigma: 0 } }, 50_000);
    await expect(gateway.charge(charge)).rejects.toMatchObject(unknown);
    await expect.poll(() => gateway.lookUp('k1')).toEqual({ status: 'processing' });
    await expect.poll(() => desk.inFlight()).toBe(0);
    expect(await gateway.lookUp('k1')).toEqual({ status: 'captured', chargeId: 'ch_1' });
  });

  test('the same key at the same time is unknown to the second, and one charge', async () => {
    const { gateway, desk } = await setUp({ latency: { medianMs: 50_000, sigma: 0 } });
    const [first, second] = await Promise.allSettled([gateway.charge(charge), gateway.charge(charge)]);
    expect([first?.status, second?.status]).toEqual(['fulfilled', 'rejected']);
    expect(desk.ledger()).toHaveLength(1);
  });

  test('a provider that is gone leaves the result unknown', async () => {
    const { gateway, client } = await setUp();
    await client.close();
    await expect(gateway.charge(charge)).rejects.toMatchObject(unknown);
  });
});

describe('the provider over HTTP', () => {
  test('a key that was never seen is absent, with 404', async () => {
    const { gateway, client } = await setUp();
    expect(await gateway.lookUp('never')).toEqual({ status: 'absent' });
    expect((await client.request({ method: 'GET', path: '/charges?key=never' })).status).toBe(404);
  });

  test.each([
    ['POST', '/charges', { orderId: 'o1', customerId: 'c1', amount: -5, currency: 'EUR' }],
    ['POST', '/charges', { orderId: 'o1' }],
    ['GET', '/charges', undefined],
  ] as const)('%s %s with %j is refused', async (method, path, body) => {
    const { client, desk } = await setUp();
    expect((await client.request({ method, path, body })).status).toBe(400);
    expect(desk.ledger()).toEqual([]);
  });

  test('the ledger can be read', async () => {
    const { gateway, client } = await setUp();
    await gateway.charge(charge);
    const { body } = await client.request({ method: 'GET', path: '/ledger' });
    expect(body).toMatchObject([{ chargeId: 'ch_1', orderId: 'o1', key: 'k1' }]);
  });
});
