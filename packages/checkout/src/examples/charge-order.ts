// #region handler
import type { Handler, MemoryTables, PayloadOf } from '@waybill/core';
import { OrderCharged } from './order-contracts.ts';
import type { ChargeOrder } from './order-contracts.ts';

export const chargeOrder: Handler<PayloadOf<typeof ChargeOrder>, MemoryTables> = async (order, context) => {
  const { orderId, amount } = order;
  context.transaction?.table('charges').insert(orderId, { orderId, amount });
  await context.publish(OrderCharged, { orderId, amount });
};
// #endregion
