import { testBus } from '@waybill/core/testing';
import { afterEach, describe, expect, test } from 'vitest';
import type { ChargeLookUp, ChargeRequest, ChargeResult, PaymentGateway } from '../domain/charge.ts';
import type { Order } from '../domain/order.ts';
import type { PaymentIntent } from '../domain/payment-intent.ts';
import { CheckoutError } from '../errors/checkout-error.ts';
import { memoryOrderRows, orderTables } from '../orders/order-rows.ts';
import type { PricedCheckout } from './checkout-service.ts';
import { createCommitFirstService } from './commit-first-service.ts';
import { takePaymentCommand } from './take-payment-command.ts';

const price = { amount: 250, currency: 'EUR' };

const checkoutFor = (quantity = 1): PricedCheckout => ({
  request: { customer: { id: 'c1', email: 'c1@example.com' }, lines: [{ productId: 'pen', quantity }] },
  cart: { lines: [], total: price },
});

/** A provider that answers what a test has put on its list, and captures when the list is empty. */
const scriptedPayments = () => {
  const charges: ChargeRequest[] = [];
  const lookUps: string[] = [];
  const script: { charge: (ChargeResult | 'unknown')[]; lookUp: ChargeLookUp[] } = { charge: [], lookUp: [] };
  const gateway: PaymentGateway = {
    charge: async (request) => {
      charges.push(request);
      const answer = script.charge.shift() ?? { status: 'captured', chargeId: 'ch_1' };
      if (answer === 'unknown') throw new CheckoutError({ code: 'payment-unknown', message: 'No answer.' });
      return answer;
    },
    lookUp: async (key) => {
      lookUps.push(key);
      return script.lookUp.shift() ?? { status: 'absent' };
    },
  };
  return { charges, lookUps, script, gateway };
};

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const setUp = () => {
  const world = testBus();
  const payments = scriptedPayments();
  let ids = 0;
  const newId = (): string => `id-${(ids += 1)}`;
  const parts = { bus: world.bus, rowsOf: memoryOrderRows, clock: world.clock, newId, payments: payments.gateway };
  const service = createCommitFirstService(parts);
  stops.push(world.stop);
  return {
    ...world,
    ...payments,
    service,
    orders: () => world.store.tables.table<Order>(orderTables.orders).rows(),
    intents: () => world.store.tables.table<PaymentIntent>(orderTables.intents).rows(),
  };
};

describe('placing', () => {
  test('the buyer is answered before any provider is asked', async () => {
    const { bus, clock, service, charges } = setUp();
    await clock.runUntil(bus.start());
    const placed = await service.placeOrder(checkoutFor(), 'form-1');
    expect(placed).toMatchObject({ status: 'PENDING_PAYMENT', total: price, isReplay: false });
    expect(charges).toEqual([]);
  });

  test('the same form again is the same order, at the same time too', async () => {
    const { idle, service, orders, published } = setUp();
    const answers: unknown[] = [];
    await idle(async () => {
      const submits = Array.from({ length: 5 }, () => service.placeOrder(checkoutFor(), 'form-1'));
      for (const { orderId } of await Promise.all(submits)) answers.push(orderId);
      answers.push((await service.placeOrder(checkoutFor(), 'form-1')).orderId);
    });
    expect(new Set(answers).size).toBe(1);
    expect(orders()).toHaveLength(1);
    expect(published(takePaymentCommand)).toHaveLength(1);
  });

  test('a replayed answer is the first one and says that it is a replay', async () => {
    const { idle, service } = setUp();
    await idle(async () => {
      const first = await service.placeOrder(checkoutFor(), 'form-1');
      expect(await service.placeOrder(checkoutFor(), 'form-1')).toEqual({ ...first, isReplay: true });
    });
  });

  test('the same form with another cart is refused and changes nothing', async () => {
    const { idle, service, orders } = setUp();
    await idle(async () => {
      await service.placeOrder(checkoutFor(1), 'form-1');
      await expect(service.placeOrder(checkoutFor(2), 'form-1')).rejects.toMatchObject({
        code: 'idempotency-key-reused',
      });
    });
    expect(orders()).toHaveLength(1);
  });

  test('another form is another order', async () => {
    const { idle, service, orders } = setUp();
    await idle(() =>
      Promise.all([service.placeOrder(checkoutFor(), 'form-1'), service.placeOrder(checkoutFor(), 'form-2')]),
    );
    expect(orders()).toHaveLength(2);
  });

  test('without a key nothing is placed', async () => {
    const { idle, service, orders } = setUp();
    await idle(async () => {
      await expect(service.placeOrder(checkoutFor(), undefined)).rejects.toMatchObject({
        code: 'idempotency-key-missing',
      });
    });
    expect(orders()).toEqual([]);
  });
});

describe('paying', () => {
  test('a captured payment makes the order paid, under the id of its intent', async () => {
    const { idle, service, orders, intents, charges } = setUp();
    await idle(() => service.placeOrder(checkoutFor(), 'form-1'));
    const [intent] = intents();
    expect(intent).toMatchObject({ status: 'CAPTURED', chargeId: 'ch_1' });
    expect(charges).toEqual([{ key: intent?.id, orderId: orders()[0]?.id, customerId: 'c1', amount: price }]);
    expect(await service.findOrder(orders()[0]?.id ?? '')).toMatchObject({ status: 'PAID' });
  });

  test('a declined payment ends the order', async () => {
    const { idle, service, orders, intents, script } = setUp();
    script.charge.push({ status: 'declined' });
    await idle(() => service.placeOrder(checkoutFor(), 'form-1'));
    expect([orders()[0]?.status, intents()[0]?.status]).toEqual(['PAYMENT_FAILED', 'DECLINED']);
  });

  test('an unknown result is looked up, and not charged again when it was captured', async () => {
    const { idle, service, orders, intents, script, charges, lookUps } = setUp();
    script.charge.push('unknown');
    script.lookUp.push({ status: 'processing' }, { status: 'captured', chargeId: 'ch_9' });
    await idle(() => service.placeOrder(checkoutFor(), 'form-1'));
    expect(charges).toHaveLength(1);
    expect(lookUps).toEqual([intents()[0]?.id, intents()[0]?.id]);
    expect([orders()[0]?.status, intents()[0]?.chargeId]).toEqual(['PAID', 'ch_9']);
  });

  test('an unknown result of which the provider knows nothing is charged again under the same key', async () => {
    const { idle, service, orders, script, charges } = setUp();
    script.charge.push('unknown', 'unknown');
    await idle(() => service.placeOrder(checkoutFor(), 'form-1'));
    expect(charges).toHaveLength(3);
    expect(new Set(charges.map(({ key }) => key)).size).toBe(1);
    expect(orders()[0]?.status).toBe('PAID');
  });

  test('a provider that stays silent for minutes delays the order and loses nothing', async () => {
    const { idle, service, orders, script, clock } = setUp();
    script.charge.push(...Array.from({ length: 15 }, () => 'unknown' as const));
    const startedAtMs = clock.now();
    await idle(() => service.placeOrder(checkoutFor(), 'form-1'));
    expect(orders()[0]?.status).toBe('PAID');
    expect(clock.now() - startedAtMs).toBeGreaterThan(60_000);
  });

  test('the command delivered again pays nothing again', async () => {
    const { bus, idle, service, orders, intents, charges } = setUp();
    await idle(() => service.placeOrder(checkoutFor(), 'form-1'));
    const payload = { orderId: orders()[0]?.id ?? '', intentId: intents()[0]?.id ?? '' };
    await idle(() => Promise.all([bus.send(takePaymentCommand, payload), bus.send(takePaymentCommand, payload)]));
    expect(charges).toHaveLength(1);
  });
});
