import type { Delivery, TransportMessage } from '@waybill/core/driver';
import type { ConsumeMessage, Options } from 'amqplib';
import { driverHeaders, readHeaders, toHeaderName } from './message-headers.ts';

/** AMQP 0-9-1 short string, in UTF-8 bytes. */
const shortTextBytesMax = 255;

export interface PublishMark {
  readonly nowMs: number;
  /** Unique on its channel. */
  readonly publishId: string;
  /** The option of that name. */
  readonly priorityHeader?: string | undefined;
}

/** What a message becomes on the wire. Always persistent and mandatory. With a key never with a priority: 4.x breaks the order by it. */
export function toProperties(
  message: TransportMessage,
  { nowMs, publishId, priorityHeader }: PublishMark,
): Options.Publish {
  const headers: Record<string, string | number> = {};
  for (const name in message.headers) {
    const value = message.headers[name];
    if (value !== undefined) headers[toHeaderName(name)] = value;
  }
  const priority =
    priorityHeader === undefined || message.key !== undefined ? undefined : message.headers[priorityHeader];
  const isShort = isShortText(message.id);
  if (!isShort) headers[driverHeaders.id] = message.id;
  if (message.key !== undefined) headers[driverHeaders.key] = message.key;
  headers[driverHeaders.deduplicationKey] = message.deduplicationKey;
  headers[driverHeaders.sentAt] = nowMs;
  headers[driverHeaders.publish] = publishId;
  return {
    ...(isShort ? { messageId: message.id } : {}),
    ...(priority === undefined ? {} : { priority: Number(priority) }),
    timestamp: Math.floor(nowMs / 1000),
    headers,
    persistent: true,
    mandatory: true,
  };
}

function isShortText(text: string): boolean {
  return text.length <= shortTextBytesMax / 3 || Buffer.byteLength(text) <= shortTextBytesMax;
}

/**
 * Reads what `toProperties` wrote, or what a foreign publisher wrote in its place; never throws. What is missing is empty, which
 * core refuses and dead-letters with the bytes as they came. `delayMs` is over by now and reads 0.
 */
export function toMessage({ properties, content }: Pick<ConsumeMessage, 'properties' | 'content'>): TransportMessage {
  const table = tableOf(properties.headers);
  const id = textAt(table, driverHeaders.id) ?? (typeof properties.messageId === 'string' ? properties.messageId : '');
  return {
    id,
    key: textAt(table, driverHeaders.key),
    deduplicationKey: textAt(table, driverHeaders.deduplicationKey) ?? id,
    headers: readHeaders(table),
    body: content,
    delayMs: 0,
  };
}

/**
 * When the publisher sent it: the broker keeps no time of its own. The header counts only where it agrees with the property, which
 * other tools may have set.
 */
export function enqueuedAtMsOf({ properties }: Pick<ConsumeMessage, 'properties'>): Delivery['enqueuedAtMs'] {
  const seconds: unknown = properties.timestamp;
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds * 1000) || seconds <= 0) return undefined;
  const ms = tableOf(properties.headers)[driverHeaders.sentAt];
  return typeof ms === 'number' && Math.floor(ms / 1000) === seconds ? ms : seconds * 1000;
}

function tableOf(headers: unknown): Readonly<Record<string, unknown>> {
  return typeof headers === 'object' && headers !== null ? { ...headers } : {};
}

function textAt(table: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(table, name) ? table[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
