import type { TransportMessage } from '@waybill/core/driver';
import type { SqsSettings } from '../options.ts';
import { isLegalText, toBodyText } from './body-text.ts';
import { toFifoId } from './fifo-id.ts';
import { toIdentityText } from './identity-text.ts';
import { wireAttributes } from './wire-attributes.ts';

/** A message as one entry of a batch, the same for a queue and a topic. */
export interface WireEntry {
  readonly body: string;
  readonly attributes: Readonly<Record<string, TextAttribute>>;
  /** The order on FIFO, and fairness on standard queues. */
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  /** As SQS and SNS count them: body and attributes, in UTF-8. */
  readonly bytes: number;
}

export interface TextAttribute {
  readonly DataType: 'String';
  readonly StringValue: string;
}

export type WireSettings = Pick<SqsSettings, 'queueType' | 'fairQueueGroups' | 'attributeHeaders'>;

/**
 * A message without a key has a group of its own on FIFO, so that it waits for nobody. The keys are in the attributes as they are: the
 * group is what SQS orders by, and is never read back.
 */
export function toWireEntry(message: TransportMessage, settings: WireSettings): WireEntry {
  const { text, isBase64 } = toBodyText(message.body);
  const attributes = attributesOf(message, settings, isBase64);
  const isFifo = settings.queueType === 'fifo';
  const group = message.key ?? (isFifo ? message.id : undefined);
  const isGrouped = isFifo || settings.fairQueueGroups;
  return {
    body: text,
    attributes,
    groupId: isGrouped && group !== undefined ? toFifoId(group) : undefined,
    deduplicationId: isFifo ? toFifoId(message.deduplicationKey) : undefined,
    bytes: Buffer.byteLength(text) + bytesOf(attributes),
  };
}

function attributesOf(
  message: TransportMessage,
  { attributeHeaders }: WireSettings,
  isBase64: boolean,
): Readonly<Record<string, TextAttribute>> {
  const { apart, rest } = split(message.headers, attributeHeaders);
  const texts = [
    ...apart,
    [wireAttributes.identity, toIdentityText({ ...message, headers: rest })],
    ...(isBase64 ? [[wireAttributes.encoding, 'base64'] as const] : []),
  ] as const;
  return Object.fromEntries(texts.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]));
}

interface SplitHeaders {
  readonly apart: readonly (readonly [string, string])[];
  readonly rest: Readonly<Record<string, string>>;
}

/** A value that no attribute can hold travels with the rest: a filter would not have matched it either. */
function split(headers: Readonly<Record<string, string>>, attributeHeaders: readonly string[]): SplitHeaders {
  if (attributeHeaders.length === 0) return { apart: [], rest: headers };
  const isApart = ([name, value]: readonly [string, string]): boolean =>
    attributeHeaders.includes(name) && isLegalText(value);
  const all = Object.entries(headers);
  return { apart: all.filter(isApart), rest: Object.fromEntries(all.filter((entry) => !isApart(entry))) };
}

function bytesOf(attributes: Readonly<Record<string, TextAttribute>>): number {
  let bytes = 0;
  for (const [name, { DataType, StringValue }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + DataType.length + Buffer.byteLength(StringValue);
  }
  return bytes;
}
