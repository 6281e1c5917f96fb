import type { OrderMessage } from '../order-message.ts';

/** What the bus and its driver say of a message beside its body and key, as somebody writes it by hand who needs to know the same. */
export function envelopeHeaders({ orderId }: OrderMessage, published: number): Readonly<Record<string, string>> {
  return {
    'ce-specversion': '1.0',
    'ce-source': 'bench',
    'ce-type': 'charge-order',
    'ce-time': new Date().toISOString(),
    'wb-version': '1',
    'x-wb-id': `message-${published}`,
    'x-wb-deduplication-key': orderId,
  };
}
