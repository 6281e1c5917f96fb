import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Delivery, TransportMessage } from '@waybill/core/driver';
import { fromBodyText } from './body-text.ts';
import { readIdentityText } from './identity-text.ts';
import { wireAttributes } from './wire-attributes.ts';

/** What a message of SQS says once it is read. */
export type ReadMessage = Pick<Delivery, 'message' | 'attempt' | 'enqueuedAtMs' | 'origin'>;

/**
 * Reads what `toWireEntry` wrote, or what a foreign program sent in its place; never throws. What is missing is empty, which core
 * refuses and dead-letters with the bytes as they came.
 */
export function readMessage({
  MessageId,
  Body: text = '',
  MessageAttributes = {},
  Attributes = {},
}: Message): ReadMessage {
  const identity = readIdentityText(MessageAttributes[wireAttributes.identity]?.StringValue ?? '');
  const isBase64 = MessageAttributes[wireAttributes.encoding]?.StringValue === 'base64';
  const { id = '', key, deduplicationKey = '', headers = {} } = identity ?? {};
  const message: TransportMessage = {
    id,
    key,
    deduplicationKey,
    headers: { ...headersOf(MessageAttributes), ...headers },
    body: fromBodyText({ text, isBase64 }),
    delayMs: 0,
  };
  return {
    message,
    attempt: Number(Attributes.ApproximateReceiveCount ?? 1),
    enqueuedAtMs: Attributes.SentTimestamp === undefined ? undefined : Number(Attributes.SentTimestamp),
    origin: MessageId,
  };
}

/** Texts and numbers, whoever set them; bytes are left out. */
function headersOf(attributes: Readonly<Record<string, MessageAttributeValue>>): Readonly<Record<string, string>> {
  const own: readonly string[] = Object.values(wireAttributes);
  const texts = Object.entries(attributes).flatMap(([name, { DataType = '', StringValue: value }]) =>
    value === undefined || own.includes(name) || !/^(?:String|Number)/u.test(DataType) ? [] : [[name, value] as const],
  );
  return Object.fromEntries(texts);
}
