import type { TransportMessage } from '@waybill/core/driver';
import { MemoryBrokerError } from '../memory-error-codes.ts';

export interface MessageLimits {
  readonly messageBytesMax: number;
  readonly headersMax: number;
  readonly keyCharsMax: number;
  readonly delayMsMax: number;
  readonly sendBatchMax: number;
  readonly sendBatchBytesMax: number;
  readonly bytesOf: (message: TransportMessage) => number;
}

export interface MessageCheck {
  /** @throws MemoryBrokerError when the batch as a whole is more than the broker takes. */
  readonly checkBatch: (messages: readonly TransportMessage[]) => void;
  /** Why one message is refused, or `undefined`. */
  readonly refusalOf: (message: TransportMessage) => MemoryBrokerError | undefined;
}

export function createMessageCheck(limits: MessageLimits): MessageCheck {
  const { messageBytesMax, headersMax, keyCharsMax, delayMsMax, sendBatchMax, sendBatchBytesMax, bytesOf } = limits;
  return {
    checkBatch: (messages) => {
      if (messages.length > sendBatchMax) {
        throw new MemoryBrokerError(
          'too-many-messages',
          `A batch of ${messages.length}; at most ${sendBatchMax} are taken.`,
        );
      }
      if (sendBatchBytesMax === Infinity) return;
      const bytes = messages.reduce((total, message) => total + bytesOf(message), 0);
      // One that is too large on its own is refused on its own.
      if (messages.length > 1 && bytes > sendBatchBytesMax) {
        throw new MemoryBrokerError(
          'batch-too-large',
          `A batch of ${bytes} bytes; at most ${sendBatchBytesMax} are taken.`,
        );
      }
    },
    refusalOf: (message) => {
      const { key, delayMs, headers } = message;
      if (key !== undefined && (key === '' || key.length > keyCharsMax)) {
        return new MemoryBrokerError(
          'illegal-key',
          `A key of ${key.length} characters; 1 to ${keyCharsMax} are taken.`,
        );
      }
      if (delayMs > delayMsMax) {
        return new MemoryBrokerError('illegal-delay', `A delay of ${delayMs} ms; at most ${delayMsMax} ms are taken.`);
      }
      if (headersMax !== Infinity && Object.keys(headers).length > headersMax) {
        return new MemoryBrokerError('too-many-headers', `At most ${headersMax} headers are taken.`);
      }
      if (messageBytesMax === Infinity) return undefined;
      const bytes = bytesOf(message);
      if (bytes <= messageBytesMax) return undefined;
      return new MemoryBrokerError(
        'message-too-large',
        `A message of ${bytes} bytes; at most ${messageBytesMax} are taken.`,
      );
    },
  };
}

/** Body, key and headers as UTF-8. */
export function messageBytes({ key, deduplicationKey, headers, body }: TransportMessage): number {
  let bytes = body.byteLength + utf8Bytes(key ?? '') + utf8Bytes(deduplicationKey);
  for (const [name, value] of Object.entries(headers)) bytes += utf8Bytes(name) + utf8Bytes(value);
  return bytes;
}

function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // Two units of a pair make four bytes, so each counts for two; every other character above 0x7ff makes three.
    if (unit > 0x7f) bytes += unit <= 0x7ff || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
