import { isUtf8 } from 'node:buffer';
import type { FetchedRecord } from '../client/kafka-member.ts';

/** Headers of the driver's own. Everything else belongs to the message. */
export const driverHeaders = {
  id: 'x-wb-id',
  /** Only where it is not the id. */
  deduplicationKey: 'x-wb-deduplication-key',
} as const;

/** In front of a header of the message whose name is one of the driver's. */
const escapePrefix = 'x-wb-header:';
/** In front of the name of a header whose value is no text, and of a key that is none; the bytes follow in base64. */
export const bytesPrefix = 'x-wb-base64:';
/** A record without a value. */
export const tombstoneHeader = 'x-wb-tombstone';

const taken = /^(?:x-wb-.*|__proto__)$/su;

/** Every header of a message round-trips: a name with a meaning for the driver travels with a prefix. */
export function toHeaderName(name: string): string {
  return taken.test(name) ? escapePrefix + name : name;
}

/** What stands in the headers of a record, whoever wrote it. */
export interface ReadHeaders {
  readonly id: string | undefined;
  readonly deduplicationKey: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Never throws. Values that are no UTF-8 are kept, in base64 and under a name that says so; of a repeated name the last one counts. A header that
 * only looks like one of the driver's is left out.
 */
export function readHeaders(entries: FetchedRecord['headers']): ReadHeaders {
  let id: string | undefined;
  let deduplicationKey: string | undefined;
  const headers: Record<string, string> = {};
  for (const [name, value] of entries) {
    const text = value === null ? '' : textOf(value);
    if (text === undefined) headers[bytesPrefix + name] = base64Of(value);
    else if (!name.startsWith('x-wb-')) setHeader(headers, name, text);
    else if (name === driverHeaders.id) id = text;
    else if (name === driverHeaders.deduplicationKey) deduplicationKey = text;
    else if (name.startsWith(escapePrefix)) setHeader(headers, name.slice(escapePrefix.length), text);
  }
  return { id, deduplicationKey, headers };
}

/** As an own property also where it is the name of the prototype. */
function setHeader(headers: Record<string, string>, name: string, value: string): void {
  if (name !== '__proto__') headers[name] = value;
  else Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true });
}

/** The text of UTF-8 bytes; `undefined` for other bytes. Looks at them twice only where a sign of damage is in the text. */
export function textOf(bytes: Uint8Array): string | undefined {
  const text = bufferOf(bytes).toString('utf8');
  return text.includes('\uFFFD') && !isUtf8(bytes) ? undefined : text;
}

export function base64Of(bytes: Uint8Array | null): string {
  return bytes === null ? '' : bufferOf(bytes).toString('base64');
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
