import { defineCommand } from '@waybill/core';
import { z } from 'zod';

/** "Take the payment of this order." One intent is one command, however often it is delivered. */
export const takePaymentCommand = defineCommand({
  name: 'take-payment',
  version: 1,
  schema: z.strictObject({ orderId: z.string().min(1), intentId: z.string().min(1) }),
  orderingKey: ({ orderId }) => orderId,
  deduplicationKey: ({ intentId }) => intentId,
});
