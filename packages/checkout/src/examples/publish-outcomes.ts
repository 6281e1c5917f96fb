import { createBus, isBusError } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { ChargeOrder } from './order-contracts.ts';

const bus = createBus({ transport: memoryTransport() });
bus.handle(ChargeOrder, () => undefined);
await bus.start();
const orders = [
  { orderId: 'o-1', amount: 4200, currency: 'EUR' },
  { orderId: 'o-2', amount: 0.5, currency: 'EUR' },
];
const [order = { orderId: 'o-3', amount: 1, currency: 'EUR' }] = orders;
// #region one
const id = 'form-7'; // from the form or the request, so that a second try is the same message
try {
  await bus.send(ChargeOrder, order, { id });
} catch (error) {
  if (!isBusError(error) || error.code !== 'publish-unknown') throw error; // certainly not sent
  await bus.send(ChargeOrder, order, { id }); // it may have arrived: only the same id is safe
}
// #endregion

// #region many
for (const outcome of await bus.publishAll(ChargeOrder, orders)) {
  if (outcome.status === 'confirmed') console.log(`${outcome.id} is with the broker`);
  else console.log(`${outcome.status}: ${isBusError(outcome.error) ? outcome.error.code : outcome.error.message}`);
}
// #endregion
await bus.drain();
await bus.stop();
