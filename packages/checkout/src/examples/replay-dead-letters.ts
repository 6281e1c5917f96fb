import { createBus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { ChargeOrder } from './order-contracts.ts';

class CardDeclined extends Error {
  override readonly name = 'CardDeclined';
}
class ProviderDown extends Error {
  override readonly name = 'ProviderDown';
}

const declined = new Set(['o-1', 'o-2']);
const charge = (orderId: string): void => {
  if (declined.has(orderId)) throw new CardDeclined('insufficient funds');
  console.log(`charged ${orderId}`);
};

const bus = createBus({ transport: memoryTransport() });
// #region retry
bus.handle(ChargeOrder, ({ orderId }) => charge(orderId), {
  retry: {
    attemptsMax: 8,
    backoffMs: 500,
    classify: (error) => {
      if (error instanceof CardDeclined) return 'give-up'; // a dead letter at once
      return error instanceof ProviderDown ? 'wait' : 'retry'; // `wait` counts no attempt and opens the circuit
    },
  },
});
// #endregion

await bus.start();
for (const orderId of ['o-1', 'o-2']) await bus.send(ChargeOrder, { orderId, amount: 4200, currency: 'EUR' });
await bus.drain();
declined.delete('o-1');
// #region letters
const { letters } = await bus.deadLetters.list({ subscription: 'charge-order' });
for (const { key, reason, error, attempts } of letters) console.log(key, reason, error, attempts);

const report = await bus.deadLetters.replay({ subscription: 'charge-order' });
console.log(report);
await bus.deadLetters.purge({ key: 'o-2' }, 'the customer has paid in cash');
// #endregion
await bus.stop();
