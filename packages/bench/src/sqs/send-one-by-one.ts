import { orderAt } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import { callers } from './contest.ts';

/** Many callers, each awaiting its own confirm before its next message. Every message has a key of its own: SQS takes each id once. */
export async function sendOneByOne(
  send: (order: OrderMessage) => Promise<unknown>,
  messages: number,
  from = 0,
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < messages) {
      const n = from + next;
      next += 1;
      await send(orderAt(n, Infinity));
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}
