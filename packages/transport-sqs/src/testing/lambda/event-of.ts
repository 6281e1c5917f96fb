import type { Delivery } from '@waybill/core/driver';
import type { LambdaSqsEvent, LambdaSqsRecord } from '../../lambda/lambda-event.ts';
import { toWireEntry } from '../../message/wire-entry.ts';

export interface EventSettings {
  readonly queueType: 'fifo' | 'standard';
  readonly queueName: string;
}

/** The event that Lambda would make of messages as this transport sends them. */
export function eventOf(
  deliveries: readonly Pick<Delivery, 'message' | 'enqueuedAtMs'>[],
  { queueType, queueName }: EventSettings,
): LambdaSqsEvent {
  const records = deliveries.map(({ message, enqueuedAtMs }): LambdaSqsRecord => {
    const entry = toWireEntry(message, { queueType, fairQueueGroups: false, attributeHeaders: [] });
    const attributes = Object.entries(entry.attributes).map(
      ([name, { DataType, StringValue }]) => [name, { dataType: DataType, stringValue: StringValue }] as const,
    );
    return {
      messageId: `sqs-${message.id}`,
      body: entry.body,
      attributes: {
        SentTimestamp: String(enqueuedAtMs ?? 0),
        ...(entry.groupId === undefined ? {} : { MessageGroupId: entry.groupId }),
      },
      messageAttributes: Object.fromEntries(attributes),
      eventSourceARN: `arn:aws:sqs:eu-central-1:123456789012:${queueName}`,
    };
  });
  return { Records: records };
}
