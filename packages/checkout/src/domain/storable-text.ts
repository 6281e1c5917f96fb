/** What every database can hold as text: PostgreSQL, for one, refuses NUL and halves of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
