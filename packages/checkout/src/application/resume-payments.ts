import type { Bus } from '@waybill/core';
import type { OrderBook } from '../orders/order-book.ts';
import { takePaymentCommand } from './take-payment-command.ts';

/**
 * Sends the commands of all payments that have not come to an end once more: a broker in the memory of an earlier process has taken those
 * it held with it. One that did reach its handler is only late: taking a payment twice takes it once. A broker that keeps its messages
 * needs nothing of the kind.
 */
export async function resumePayments<Native>(
  bus: Pick<Bus<Native>, 'transaction'>,
  { openPayments }: Pick<OrderBook<Native>, 'openPayments'>,
): Promise<void> {
  for (let after = ''; ;) {
    const commands = await openPayments(after);
    const last = commands.at(-1);
    if (last === undefined) return;
    await bus.transaction(async ({ send }) => {
      for (const command of commands) await send(takePaymentCommand, command);
    });
    after = last.intentId;
  }
}
