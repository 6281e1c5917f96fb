/** Control characters of both blocks. */
// oxlint-disable-next-line no-control-regex -- control characters are what must not pass
const control = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * What makes a text unfit to be a key, an id or a header; `undefined` when nothing does. Brokers refuse control characters, databases
 * refuse NUL, and half a character becomes another one on its way through UTF-8, so that two keys would turn into the same.
 */
export function findTextProblem(text: string): string | undefined {
  if (isPlainAscii(text)) return undefined;
  if (!text.isWellFormed()) return 'is not well-formed Unicode';
  return control.test(text) ? 'holds control characters' : undefined;
}

/** Nearly every key and id is, and a loop over 36 characters costs a third of what starting a regular expression does. */
function isPlainAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}
