import { stripVTControlCharacters } from 'node:util';

/** One line of text that a terminal only prints: escape sequences, control characters and changes of writing direction are gone. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll(/[\u202A-\u202E\u2066-\u2069]/gu, '');
}
