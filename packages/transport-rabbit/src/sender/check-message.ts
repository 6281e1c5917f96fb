import type { TransportMessage } from '@waybill/core/driver';
import { toHeaderName } from '../message-headers.ts';
import type { RabbitSettings } from '../options.ts';
import { RabbitTransportError } from '../rabbit-error.ts';

/** What amqplib encodes a header table into; larger ones throw in the middle of a publish. */
const tableBytesMax = 65_536;
/** Room for the driver's own headers, save the values of key, deduplication key and id. */
const ownTableBytes = 256;
const headerNameBytesMax = 255;
/** Length of the name, type of the value, length of the value. */
const entryBytes = 6;
/** No UTF-16 unit takes more. */
const utf8BytesOfUnitMax = 3;

/** More would leave no room in the header table for anything else. */
export const keyCharsMax = 8192;

/** Why a message would be refused or would cost the channel, or `undefined`. */
export function refusalOf(
  message: TransportMessage,
  { messageBytesMax, delaysMs }: Pick<RabbitSettings, 'messageBytesMax' | 'delaysMs'>,
): RabbitTransportError | undefined {
  const { key, delayMs, body } = message;
  if (key !== undefined && (key === '' || key.length > keyCharsMax)) {
    return new RabbitTransportError('illegal-key', `A key of ${key.length} characters; 1 to ${keyCharsMax} are taken.`);
  }
  const delayMsMax = delaysMs.at(-1) ?? 0;
  if (!(delayMs <= delayMsMax)) {
    return new RabbitTransportError('illegal-delay', `A delay of ${delayMs} ms; at most ${delayMsMax} ms are taken.`);
  }
  const tableBytes = tableBytesOf(message);
  if (tableBytes === 'illegal-name') {
    return new RabbitTransportError(
      'illegal-header',
      `The name of a header is longer than ${headerNameBytesMax} bytes.`,
    );
  }
  if (tableBytes > tableBytesMax) {
    return new RabbitTransportError(
      'headers-too-large',
      `Headers of ${tableBytes} bytes, key included; ${tableBytesMax} are taken.`,
    );
  }
  const bytes = body.byteLength + tableBytes;
  if (bytes <= messageBytesMax) return undefined;
  return new RabbitTransportError(
    'message-too-large',
    `A message of ${bytes} bytes, headers included; ${messageBytesMax} are taken.`,
  );
}

function tableBytesOf({ id, key, deduplicationKey, headers }: TransportMessage): number | 'illegal-name' {
  let bytes =
    ownTableBytes + Buffer.byteLength(id) + Buffer.byteLength(key ?? '') + Buffer.byteLength(deduplicationKey);
  for (const name in headers) {
    const nameBytes = nameBytesOf(toHeaderName(name));
    if (nameBytes > headerNameBytesMax) return 'illegal-name';
    bytes += entryBytes + nameBytes + Buffer.byteLength(headers[name] ?? '');
  }
  return bytes;
}

/** Most names are short, and then the exact number does not matter. */
function nameBytesOf(name: string): number {
  return name.length * utf8BytesOfUnitMax <= headerNameBytesMax ? name.length : Buffer.byteLength(name);
}
