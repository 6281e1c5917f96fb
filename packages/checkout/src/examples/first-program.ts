// #region program
import { createBus, defineCommand } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { z } from 'zod';

const schema = z.object({ orderId: z.string(), amount: z.int() });
const ChargeOrder = defineCommand({ name: 'charge-order', version: 1, schema, deduplicationKey: (o) => o.orderId });

const bus = createBus({ transport: memoryTransport() });
bus.handle(ChargeOrder, (order) => console.log(`charged ${order.amount} for ${order.orderId}`), { effect: 'once' });
await bus.start();
await bus.send(ChargeOrder, { orderId: 'o-1', amount: 4200 });
await bus.send(ChargeOrder, { orderId: 'o-1', amount: 4200 }); // the buyer pressed twice
await bus.drain();
await bus.stop();
// #endregion
