import { createHash } from 'node:crypto';

/** What SQS and SNS take as a message group or a deduplication id. */
const legal = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/u;
const hashPrefix = 'sha256:';

/** The text itself, or its hash where it is too long or outside the alphabet. Two texts never share one. */
export function toFifoId(text: string): string {
  if (legal.test(text) && !text.startsWith(hashPrefix)) return text;
  // Not UTF-8, in which all halves of surrogate pairs are one character.
  return hashPrefix + createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex');
}
