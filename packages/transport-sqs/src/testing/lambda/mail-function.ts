import { createBus, defineEvent } from '@waybill/core';
import { pgDatabase, postgresStore } from '@waybill/store-postgres';
import { z } from 'zod';
import { lambdaHandler } from '../../lambda/lambda-handler.ts';
import type { LambdaHandler } from '../../lambda/lambda-handler.ts';
import { lambdaTransport } from '../../lambda/lambda-transport.ts';
import { unluckyCharge } from './unlucky-charge.ts';

const { AWS_REGION: region = '', DATABASE_URL: url = '', TIMEOUT_SECONDS: seconds = '30' } = process.env;

const OrderCharged = defineEvent({
  name: 'order-charged',
  version: 1,
  schema: z.object({ orderId: z.string(), step: z.int() }),
  deduplicationKey: (order) => `${order.orderId}:${order.step}`,
});
const transport = lambdaTransport({ region, queueType: 'standard' });
const store = postgresStore({ database: pgDatabase({ url }) });
const bus = createBus({ transport, store, relay: 'off' });
bus.handle(OrderCharged, unluckyCharge, { group: 'mail', effect: 'once', leaseMs: Number(seconds) * 6000 });

/** Of one group of an event, which comes through SNS to a standard queue. */
export const handler: LambdaHandler = lambdaHandler(bus, 'order-charged/mail', { transport });
