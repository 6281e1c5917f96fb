// #region test
import { testBus } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { chargeOrder } from './charge-order.ts';
import { ChargeOrder, OrderCharged } from './order-contracts.ts';

test('an order that is sent twice is charged once', async () => {
  const order = { orderId: 'o-1', amount: 4200, currency: 'EUR' };
  const { bus, idle, store, published } = testBus();
  bus.handle(ChargeOrder, chargeOrder, { effect: 'once' });
  await idle(() => bus.publishAll(ChargeOrder, [order, order]));
  expect(store.tables.table('charges').rows()).toEqual([{ orderId: 'o-1', amount: 4200 }]);
  expect(published(OrderCharged)).toHaveLength(1);
});
// #endregion
