import { randomUUID } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { OrderMessage } from '../order-message.ts';

/** What the bus and its driver say of a message beside its body, as somebody writes it by hand who needs to know the same. */
export function envelopeAttribute({ orderId }: OrderMessage): Readonly<Record<string, MessageAttributeValue>> {
  const headers = {
    'ce-specversion': '1.0',
    'ce-source': 'bench',
    'ce-type': 'charge-order',
    'ce-time': new Date().toISOString(),
    'wb-version': '1',
  };
  const envelope = { id: randomUUID(), key: orderId, deduplicationKey: orderId, headers };
  return { waybill: { DataType: 'String', StringValue: JSON.stringify(envelope) } };
}
