import { createHash } from 'node:crypto';

/** An index entry must fit a third of a page, with its neighbours in the same key. */
const bytesMax = 512;

const digestPrefix = 'sha256:';

/**
 * What stands for a text in columns that are compared or indexed: the text itself where PostgreSQL can keep it, else its digest. Equal texts
 * and only those have equal results, code unit by code unit: `text` refuses NUL and lone surrogates, and an index refuses long keys.
 * Nothing is brought to a normal form. The text itself, where it is needed again, is kept beside it.
 */
export function indexedText(text: string): string {
  return isPlain(text)
    ? text
    : `${digestPrefix}${createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex')}`;
}

function isPlain(text: string): boolean {
  return (
    // No code unit takes less than a byte: most long texts need not be measured.
    text.length <= bytesMax &&
    !text.startsWith(digestPrefix) &&
    !text.includes('\0') &&
    text.isWellFormed() &&
    Buffer.byteLength(text) <= bytesMax
  );
}
