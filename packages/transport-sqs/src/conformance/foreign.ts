import { randomUUID } from 'node:crypto';
import { PublishCommand } from '@aws-sdk/client-sns';
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Foreign, ForeignMessage } from '@waybill/conformance';
import { fromBodyText, toBodyText } from '../message/body-text.ts';
import { queueTypeOf } from './columns.ts';
import type { Column } from './columns.ts';
import type { RawClient } from './raw-client.ts';

/** A program with the plain SDK: message attributes for headers, and the sign that a body is base64 where it is not text. */
export function createForeign(column: Column, client: RawClient): Foreign {
  const { sqs, sns, names, addresses, placeOf } = client;
  return {
    publish: async (address, { headers, body }) => {
      const { text, isBase64 } = toBodyText(body);
      const MessageAttributes = {
        ...attributesOf(headers),
        ...(isBase64 ? { 'waybill-encoding': { DataType: 'String', StringValue: 'base64' } } : {}),
      };
      const id = randomUUID();
      const fifo = queueTypeOf(column) === 'fifo' ? { MessageGroupId: id, MessageDeduplicationId: id } : {};
      const place = placeOf(address);
      if (place.kind === 'event') {
        const TopicArn = await addresses.topicArnOf(names.topicOf(place));
        await sns.send(new PublishCommand({ TopicArn, Message: text, MessageAttributes, ...fifo }));
      } else {
        const QueueUrl = await addresses.queueUrlOf(names.commandQueueOf(place));
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text, MessageAttributes, ...fifo }));
      }
    },
    consume: async (subscription) => {
      const QueueUrl = await client.queueUrlOf(subscription);
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], MaxNumberOfMessages: 1 }),
      );
      const [message] = Messages;
      if (message === undefined) return undefined;
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
      return toForeign(message.Body ?? '', message.MessageAttributes ?? {});
    },
  };
}

/** What the SDK takes: texts, numbers and bytes. */
function attributesOf(headers: ForeignMessage['headers']): Record<string, MessageAttributeValue> {
  const entries = Object.entries(headers).flatMap(([name, value]) => {
    const attribute = attributeOf(value);
    return attribute === undefined ? [] : [[name, attribute] as const];
  });
  return Object.fromEntries(entries);
}

function attributeOf(value: unknown): MessageAttributeValue | undefined {
  if (typeof value === 'string') return { DataType: 'String', StringValue: value };
  if (typeof value === 'number') return { DataType: 'Number', StringValue: String(value) };
  if (typeof value === 'boolean') return { DataType: 'String.Boolean', StringValue: String(value) };
  return value instanceof Uint8Array ? { DataType: 'Binary', BinaryValue: value } : undefined;
}

/** The attribute `waybill` is JSON, and its member `headers` what the message has of them. */
function toForeign(text: string, attributes: Readonly<Record<string, MessageAttributeValue>>): ForeignMessage {
  const { headers } = JSON.parse(attributes['waybill']?.StringValue ?? '{"headers":{}}') as Pick<
    ForeignMessage,
    'headers'
  >;
  const isBase64 = attributes['waybill-encoding']?.StringValue === 'base64';
  return { headers, body: fromBodyText({ text, isBase64 }) };
}
