import type { TransportMessage } from '@waybill/core/driver';
import type { WireEntry } from '../message/wire-entry.ts';
import { SqsTransportError } from '../sqs-error.ts';

/** More would leave little room for anything else. */
export const keyCharsMax = 8192;

/** Why SQS or SNS would refuse the message, or `undefined`. */
export function refusalOf(
  { key, delayMs }: TransportMessage,
  { bytes }: WireEntry,
  bytesMax: number,
): SqsTransportError | undefined {
  if (key !== undefined && (key === '' || key.length > keyCharsMax)) {
    return new SqsTransportError('illegal-key', `A key of ${key.length} characters; 1 to ${keyCharsMax} are taken.`);
  }
  if (delayMs > 0) {
    return new SqsTransportError('illegal-delay', `A delay of ${delayMs} ms; this transport delays no message.`);
  }
  if (bytes <= bytesMax) return undefined;
  const text = `A message of ${bytes} bytes, attributes included; ${bytesMax} are taken.`;
  return new SqsTransportError('message-too-large', text);
}
