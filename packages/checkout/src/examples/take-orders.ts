// #region bus
import { createBus, memoryStore } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { chargeOrder } from './charge-order.ts';
import { ChargeOrder, OrderCharged } from './order-contracts.ts';

const bus = createBus({ transport: memoryTransport(), store: memoryStore(), publishing: 'outbox' });

bus.handle(ChargeOrder, chargeOrder, { effect: 'once', onPoison: 'park-key', concurrency: 20 });
bus.handle(OrderCharged, ({ orderId }) => console.log(`thanks for ${orderId}`), { group: 'mail' });
// #endregion

// #region plan
console.log(bus.explain().toString());
// #endregion

// #region transaction
await bus.start();
await bus.transaction(async ({ native, send }) => {
  native.table('orders').insert('o-1', { status: 'placed' });
  await send(ChargeOrder, { orderId: 'o-1', amount: 4200, currency: 'EUR' });
});
await bus.drain();
await bus.stop();
// #endregion
