import { isUtf8 } from 'node:buffer';
import type { SqlRow } from '../sql/sql-query.ts';
import { toBase64 } from './to-base64.ts';

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** A body on its way into its two columns. */
export interface BodyColumns {
  /** As it is; empty where there is the other. */
  readonly body_text: string;
  /** As base64. */
  readonly body: string | null;
}

/**
 * Most bodies are text and are kept as text: read with the eyes, and without the hexadecimal digits that bytes cost on both sides. What is no UTF-8,
 * holds a NUL, which `text` refuses, or begins with a byte order mark, which some clients swallow (PGlite), is kept as bytes.
 */
export function toBodyColumns(bytes: Uint8Array): BodyColumns {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(body) && !body.includes(0) && !body.subarray(0, 3).equals(byteOrderMark))
    return { body_text: body.toString('utf8'), body: null };
  return { body_text: '', body: toBase64(bytes) };
}

export const fromBodyColumns = ({ body_text: text, body }: SqlRow): Uint8Array =>
  (body as Uint8Array | null) ?? Buffer.from(text as string, 'utf8');

/** The statement has left it out. The head of an answer has none either. */
export const hasNoBody = ({ id, body_text: text, body }: SqlRow): boolean =>
  id !== null && text === null && body === null;

export const sizeOf = ({ body_text: text, body }: SqlRow): number =>
  (body as Uint8Array | null)?.byteLength ?? Buffer.byteLength((text as string | null) ?? '');
