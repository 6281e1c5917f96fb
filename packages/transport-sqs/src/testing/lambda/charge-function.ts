import { createBus, defineCommand } from '@waybill/core';
import { pgDatabase, postgresStore } from '@waybill/store-postgres';
import { z } from 'zod';
import { lambdaHandler } from '../../lambda/lambda-handler.ts';
import type { LambdaHandler } from '../../lambda/lambda-handler.ts';
import { lambdaTransport } from '../../lambda/lambda-transport.ts';
import { unluckyCharge as charge } from './unlucky-charge.ts';

const { AWS_REGION: region = '', DATABASE_URL: url = '', TIMEOUT_SECONDS: seconds = '30' } = process.env;

// #region function
const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema: z.object({ orderId: z.string(), step: z.int() }),
  orderingKey: (order) => order.orderId,
  deduplicationKey: (order) => `${order.orderId}:${order.step}`,
});
const transport = lambdaTransport({ region });
const store = postgresStore({ database: pgDatabase({ url }) });
const bus = createBus({ transport, store, relay: 'off' });
// Messages stay hidden for six times the time-out of the function, as AWS advises.
bus.handle(ChargeOrder, charge, { effect: 'once', leaseMs: Number(seconds) * 6000 });

export const handler: LambdaHandler = lambdaHandler(bus, 'charge-order', { transport });
// #endregion
