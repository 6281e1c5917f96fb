import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Delivery } from '@waybill/core/driver';
import { readMessage } from '../message/read-message.ts';
import type { LambdaMessageAttribute, LambdaSqsRecord } from './lambda-event.ts';

/**
 * Reads a record as a message that was received. The count of SQS is not an attempt here: it goes up with each batch that a throttled
 * function never saw, and with each in which the record waited behind a failed one of its group.
 */
export function readRecord({
  messageId,
  body,
  attributes,
  messageAttributes,
}: LambdaSqsRecord): Omit<Delivery, 'receipt'> {
  const { SentTimestamp } = attributes;
  const { message, enqueuedAtMs, origin } = readMessage({
    MessageId: messageId,
    Body: body,
    Attributes: { SentTimestamp },
    MessageAttributes: Object.fromEntries(
      Object.entries(messageAttributes).map(([name, attribute]) => [name, toAttributeValue(attribute)]),
    ),
  });
  return { message, attempt: 1, enqueuedAtMs, origin };
}

function toAttributeValue({ dataType, stringValue, binaryValue }: LambdaMessageAttribute): MessageAttributeValue {
  if (typeof stringValue === 'string') return { DataType: dataType, StringValue: stringValue };
  return { DataType: dataType, BinaryValue: Buffer.from(binaryValue ?? '', 'base64') };
}
