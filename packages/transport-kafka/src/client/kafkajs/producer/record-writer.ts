import type { WireRecord } from '../../kafka-producer.ts';

/** Largest number of seven bits a byte takes, and what a 32-bit length may need. */
const varintBytesMax = 5;
const timeBytesMax = 10;
/** A character of a text is at most so many bytes of UTF-8. */
const bytesPerCharMax = 3;
/** Length, attributes, time, offset, lengths of key and value, number of headers. */
const recordFrameMax = 1 + timeBytesMax + 5 * varintBytesMax;

/** At most as many bytes as these records need, by `writeRecord`. */
export function recordBytesMax(records: readonly WireRecord[]): number {
  let bytes = 0;
  for (const { key, value, headers } of records) {
    bytes += recordFrameMax + value.byteLength + (key === null ? 0 : key.byteLength);
    for (const name in headers) {
      bytes += 2 * varintBytesMax + bytesPerCharMax * (name.length + (headers[name] as string).length);
    }
  }
  return bytes;
}

/** Writes a record of format 2 at `at` and answers where the next one begins. */
export function writeRecord(
  buffer: Buffer,
  at: number,
  record: WireRecord,
  deltas: { readonly timestamp: number; readonly offset: number },
): number {
  // Most lengths take two bytes; where one does not, the body moves.
  const bodyAt = at + 2;
  let end = writeVarint(buffer, bodyAt + 1, deltas.timestamp);
  buffer[bodyAt] = 0;
  end = writeVarint(buffer, end, deltas.offset);
  end = record.key === null ? writeVarint(buffer, end, -1) : writeBytes(buffer, end, record.key);
  end = writeBytes(buffer, end, record.value);
  end = writeHeaders(buffer, end, record.headers);
  const length = end - bodyAt;
  const lengthBytes = varintSize(length);
  if (lengthBytes !== 2) {
    buffer.copyWithin(at + lengthBytes, bodyAt, end);
    end += lengthBytes - 2;
  }
  writeVarint(buffer, at, length);
  return end;
}

function writeHeaders(buffer: Buffer, at: number, headers: WireRecord['headers']): number {
  const names = Object.keys(headers);
  let end = writeVarint(buffer, at, names.length);
  for (const name of names) {
    end = writeText(buffer, end, name);
    end = writeText(buffer, end, headers[name] as string);
  }
  return end;
}

function writeBytes(buffer: Buffer, at: number, bytes: Uint8Array): number {
  const end = writeVarint(buffer, at, bytes.byteLength);
  buffer.set(bytes, end);
  return end + bytes.byteLength;
}

/** Longer ones are not worth a loop of our own. */
const plainCharsMax = 64;

/** Most texts are short and plain: for those a loop is faster than a call of the buffer, and their length is known before. */
function writeText(buffer: Buffer, at: number, text: string): number {
  const { length } = text;
  if (length <= plainCharsMax) {
    const begin = writeVarint(buffer, at, length);
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127) return writeUtf8(buffer, at, text);
      buffer[begin + index] = code;
    }
    return begin + length;
  }
  return writeUtf8(buffer, at, text);
}

function writeUtf8(buffer: Buffer, at: number, text: string): number {
  const end = writeVarint(buffer, at, Buffer.byteLength(text));
  return end + buffer.write(text, end, 'utf8');
}

/** Zigzag: small numbers of either sign are short. Up to 2⁵² in size. */
function writeVarint(buffer: Buffer, at: number, value: number): number {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  let end = at;
  while (rest > 127) {
    buffer[end] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
    end += 1;
  }
  buffer[end] = rest;
  return end + 1;
}

/** Of a length. */
function varintSize(length: number): number {
  if (length < 64) return 1;
  if (length < 8192) return 2;
  if (length < 1_048_576) return 3;
  return length < 134_217_728 ? 4 : 5;
}
