import { createHash } from 'node:crypto';

const textBytesMax = 512;
const digestPrefix = 'sha256:';

/**
 * A text as part of an item's key: itself where DynamoDB keeps it as it is, else its digest. UTF-8 would make one text out of different lone
 * surrogates, a partition key ends at 2,048 bytes, and SQLite below DynamoDB Local reads up to a NUL. Normal forms stay apart.
 */
export function indexedText(text: string): string {
  const isKept = text.isWellFormed() && !text.includes('\0') && !text.startsWith(digestPrefix);
  if (isKept && Buffer.byteLength(text) <= textBytesMax) return text;
  return `${digestPrefix}${createHash('sha256').update(text, 'utf16le').digest('hex')}`;
}

/** Several texts as one, which no other texts make. */
export const joinedTexts = (...texts: readonly string[]): string =>
  texts
    .map(indexedText)
    .map((text) => `${text.length}:${text}`)
    .join('/');
