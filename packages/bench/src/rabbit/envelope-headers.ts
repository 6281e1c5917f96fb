import type { OrderMessage } from '../order-message.ts';

/** What the bus and its driver say of a message beside its body, as somebody writes it by hand who needs to know the same. */
export function envelopeHeaders(
  { orderId }: OrderMessage,
  published: number,
): Readonly<Record<string, string | number>> {
  const nowMs = Date.now();
  return {
    'ce-specversion': '1.0',
    'ce-source': 'bench',
    'ce-type': 'charge-order',
    'ce-time': new Date(nowMs).toISOString(),
    'wb-version': '1',
    'x-wb-key': orderId,
    'x-wb-deduplication-key': orderId,
    'x-wb-sent-at': nowMs,
    'x-wb-publish': String(published),
  };
}
