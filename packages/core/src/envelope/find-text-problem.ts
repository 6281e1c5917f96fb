/** Control characters of both blocks, and halves of characters, in one pass. */
// oxlint-disable-next-line no-control-regex -- control characters are what must not pass
const unfit = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u;

/**
 * What makes a text unfit to be a key, an id or a header; `undefined` when nothing does. Brokers refuse control characters, databases
 * refuse NUL, and half a character becomes another one on its way through UTF-8, so that two keys would turn into the same.
 */
export function findTextProblem(text: string): string | undefined {
  if (!unfit.test(text)) return undefined;
  return text.isWellFormed() ? 'holds control characters' : 'is not well-formed Unicode';
}
