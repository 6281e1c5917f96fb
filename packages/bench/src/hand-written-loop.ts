import { orderAt, orderSchema } from './order-message.ts';
import type { OrderMessage } from './order-message.ts';

/**
 * What the bus is held against: encoding, decoding, validation and an awaited handler, and nothing else: no envelope, no queue, no
 * keys, no leases, no settlement.
 */
export async function handWrittenLoop(
  messages: number,
  keys: number,
  handler: (order: OrderMessage) => Promise<void>,
): Promise<void> {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  for (let n = 0; n < messages; n += 1) {
    const body = encoder.encode(JSON.stringify(orderAt(n, keys)));
    const order = orderSchema.parse(JSON.parse(decoder.decode(body)));
    await handler(order);
  }
}
