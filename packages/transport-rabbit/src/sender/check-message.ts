import type { TransportMessage } from '@waybill/core/driver';
import { toHeaderName } from '../message-headers.ts';
import type { RabbitSettings } from '../options.ts';
import { RabbitTransportError } from '../rabbit-error.ts';

/** What amqplib encodes a header table into; larger ones throw in the middle of a publish. */
const tableBytesMax = 65_536;
/** Room for the driver's own headers, save the values of key, deduplication key and id. */
const ownTableBytes = 256;
/** Room in the frame of the header table for the properties beside it, the id above all. */
const propertyBytes = 512;
const headerNameBytesMax = 255;
/** Length of the name, type of the value, length of the value. */
const entryBytes = 6;

/** More would leave no room in the header table for anything else. */
export const keyCharsMax = 8192;

type MessageLimits = Pick<RabbitSettings, 'messageBytesMax' | 'delaysMs' | 'priorityHeader'>;

/** Why a message would be refused or would cost the channel, or `undefined`. */
export function refusalOf(message: TransportMessage, limits: MessageLimits): RabbitTransportError | undefined {
  return (
    identityRefusalOf(message) ??
    delayRefusalOf(message, limits) ??
    priorityRefusalOf(message, limits) ??
    sizeRefusalOf(message, limits)
  );
}

/**
 * Why the header table would not fit into one frame, which would cost the connection, or `undefined`. Only where the broker's
 * `frame_max` was lowered from its 131,072 bytes.
 */
export function frameRefusalOf(message: TransportMessage, frameBytesMax: number): RabbitTransportError | undefined {
  if (frameBytesMax >= tableBytesMax + propertyBytes) return undefined;
  const tableBytes = tableBytesOf(message);
  if (Number(tableBytes) <= frameBytesMax - propertyBytes) return undefined;
  return refused(
    'headers-too-large',
    `Headers of ${tableBytes} bytes, key included; a frame of ${frameBytesMax} bytes takes ${frameBytesMax - propertyBytes}: send fewer, or raise frame_max.`,
  );
}

function identityRefusalOf({ id, key, deduplicationKey }: TransportMessage): RabbitTransportError | undefined {
  if (key !== undefined && (key === '' || key.length > keyCharsMax)) {
    return refused('illegal-key', `A key of ${key.length} characters; 1 to ${keyCharsMax} are taken.`);
  }
  if (key?.isWellFormed() === false) {
    return refused('illegal-key', 'A key has half a surrogate pair, which UTF-8 cannot hold.');
  }
  if (!id.isWellFormed() || !deduplicationKey.isWellFormed()) {
    return refused('illegal-id', 'An id has half a surrogate pair, which UTF-8 cannot hold.');
  }
  return undefined;
}

function delayRefusalOf({ delayMs }: TransportMessage, { delaysMs }: MessageLimits): RabbitTransportError | undefined {
  const delayMsMax = delaysMs.at(-1) ?? 0;
  if (delayMs <= delayMsMax) return undefined;
  return refused('illegal-delay', `A delay of ${delayMs} ms; at most ${delayMsMax} ms are taken (option delaysMs).`);
}

function priorityRefusalOf(
  { key, headers }: TransportMessage,
  { priorityHeader }: MessageLimits,
): RabbitTransportError | undefined {
  const priority = priorityHeader === undefined ? undefined : headers[priorityHeader];
  if (priority === undefined) return undefined;
  if (key !== undefined) {
    return refused(
      'illegal-priority',
      'A message with a key has no priority: it would overtake earlier ones of its key.',
    );
  }
  return /^[0-9]$/.test(priority) ? undefined : refused('illegal-priority', 'A priority is one digit, 0 to 9.');
}

function sizeRefusalOf(
  message: TransportMessage,
  { messageBytesMax }: MessageLimits,
): RabbitTransportError | undefined {
  const tableBytes = tableBytesOf(message);
  if (typeof tableBytes === 'string') return refused('illegal-header', tableBytes);
  if (tableBytes > tableBytesMax) {
    return refused('headers-too-large', `Headers of ${tableBytes} bytes, key included; ${tableBytesMax} are taken.`);
  }
  const bytes = message.body.byteLength + tableBytes;
  if (bytes <= messageBytesMax) return undefined;
  return refused('message-too-large', `A message of ${bytes} bytes, headers included; ${messageBytesMax} are taken.`);
}

/** In UTF-8; a text where a header can have no such number. */
function tableBytesOf({ id, key, deduplicationKey, headers }: TransportMessage): number | string {
  let bytes =
    ownTableBytes + Buffer.byteLength(id) + Buffer.byteLength(key ?? '') + Buffer.byteLength(deduplicationKey);
  for (const name in headers) {
    const value = headers[name] ?? '';
    const nameBytes = Buffer.byteLength(toHeaderName(name));
    if (nameBytes > headerNameBytesMax) return `The name of a header is longer than ${headerNameBytesMax} bytes.`;
    if (!name.isWellFormed() || !value.isWellFormed()) {
      return 'A header has half a surrogate pair, which UTF-8 cannot hold.';
    }
    bytes += entryBytes + nameBytes + Buffer.byteLength(value);
  }
  return bytes;
}

function refused(reason: RabbitTransportError['reason'], message: string): RabbitTransportError {
  return new RabbitTransportError(reason, message);
}
