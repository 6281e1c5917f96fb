import { createBus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { ChargeOrder } from './order-contracts.ts';

/** Takes the first charge, and its answer is lost on the way. */
const charges: { readonly key: string; readonly amount: number }[] = [];
const provider = {
  lookUp: async (wanted: string) => charges.find(({ key }) => key === wanted),
  charge: async (key: string, amount: number) => {
    charges.push({ key, amount });
    throw new Error('no answer');
  },
};

const bus = createBus({ transport: memoryTransport() });
const retry = { backoffMs: 10 };
// #region handler
bus.handle(
  ChargeOrder,
  async ({ amount }, { idempotencyKey }) => {
    const known = await provider.lookUp(idempotencyKey); // of an earlier attempt, whose answer was lost
    if (known === undefined) await provider.charge(idempotencyKey, amount);
  },
  { effect: 'at-least-once', retry },
);
// #endregion
await bus.start();
await bus.send(ChargeOrder, { orderId: 'o-1', amount: 4200, currency: 'EUR' });
await bus.drain();
await bus.stop();
for (const { key, amount } of charges) console.log(key, amount);
