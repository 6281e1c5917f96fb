// #region contracts
import { defineCommand, defineEvent } from '@waybill/core';
import { z } from 'zod';

export const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 2,
  schema: z.object({ orderId: z.string(), amount: z.int(), currency: z.string() }),
  orderingKey: (order) => order.orderId,
  deduplicationKey: (order) => order.orderId,
  upcasts: { 1: (older) => ({ ...(older as object), currency: 'EUR' }) },
});

export const OrderCharged = defineEvent({
  name: 'order-charged',
  version: 1,
  schema: z.object({ orderId: z.string(), amount: z.int() }),
  orderingKey: (charge) => charge.orderId,
});
// #endregion
