import type { TransportMessage } from '@waybill/core/driver';
import { KafkaTransportError } from '../kafka-error.ts';
import { keyCharsMax } from '../message/key-chars-max.ts';

/** Of a record besides its texts and its body: lengths, numbers, the names of the driver's headers. */
const frameBytes = 128;
/** Of a header besides its texts. */
const entryBytes = 6;
/** A character of a text is at most so many bytes of UTF-8. */
const bytesPerCharMax = 3;

/** Why Kafka would refuse a message or keep another one than this, or how large it is at least, in bytes. */
export function checkMessage(message: TransportMessage, messageBytesMax: number): KafkaTransportError | number {
  const { id, key, deduplicationKey, headers, body, delayMs } = message;
  if (key !== undefined && (key === '' || key.length > keyCharsMax)) return illegalKey(key);
  if (key?.isWellFormed() === false) return halfPair('illegal-key', 'A key');
  if (!id.isWellFormed() || !deduplicationKey.isWellFormed()) return halfPair('illegal-id', 'An id');
  // Also a delay that is no number.
  if (!(delayMs <= 0)) return illegalDelay(delayMs);
  let chars = id.length + deduplicationKey.length + (key?.length ?? 0);
  let entries = 0;
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (!name.isWellFormed() || !value.isWellFormed()) return halfPair('illegal-header', 'A header');
    chars += name.length + value.length;
    entries += 1;
  }
  const frame = frameBytes + entries * entryBytes + body.byteLength;
  if (frame + chars * bytesPerCharMax <= messageBytesMax) return frame + chars;
  const bytes = frame + textBytesOf(message);
  return bytes <= messageBytesMax ? bytes : tooLarge(bytes, messageBytesMax);
}

function textBytesOf({ id, key = '', deduplicationKey, headers }: TransportMessage): number {
  let bytes = Buffer.byteLength(id) + Buffer.byteLength(deduplicationKey) + Buffer.byteLength(key);
  for (const name in headers) bytes += Buffer.byteLength(name) + Buffer.byteLength(headers[name] ?? '');
  return bytes;
}

function illegalKey(key: string): KafkaTransportError {
  return new KafkaTransportError('illegal-key', `A key of ${key.length} characters; 1 to ${keyCharsMax} are taken.`);
}

function halfPair(reason: 'illegal-key' | 'illegal-id' | 'illegal-header', what: string): KafkaTransportError {
  return new KafkaTransportError(reason, `${what} has half a surrogate pair, which UTF-8 cannot hold.`);
}

function illegalDelay(delayMs: number): KafkaTransportError {
  return new KafkaTransportError('illegal-delay', `A delay of ${delayMs} ms; Kafka has none.`);
}

function tooLarge(bytes: number, bytesMax: number): KafkaTransportError {
  const text = `A message of ${bytes} bytes, key and headers included; ${bytesMax} are taken (option messageBytesMax).`;
  return new KafkaTransportError('message-too-large', text);
}
