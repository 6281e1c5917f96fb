/**
 * Whether JSON text is nested deeper than `depthMax`, told before it is parsed. A text with no more opening brackets than that
 * cannot be, which is true of nearly every message and found by `indexOf`; any other is scanned.
 */
export function isTooDeep(text: string, depthMax: number): boolean {
  return hasMoreThan(text, depthMax) && deepest(text, depthMax) > depthMax;
}

const hasMoreThan = (text: string, count: number): boolean =>
  countUpTo(count + 1, '{', text) + countUpTo(count + 1, '[', text) > count;

function countUpTo(max: number, bracket: string, text: string): number {
  let found = 0;
  for (let at = text.indexOf(bracket); at !== -1 && found < max; at = text.indexOf(bracket, at + 1)) found += 1;
  return found;
}

/** Stops at the first level beyond `depthMax`. Brackets inside strings do not count. */
function deepest(text: string, depthMax: number): number {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length && depth <= depthMax; at += 1) {
    const code = text.charCodeAt(at);
    if (isString) {
      if (code === backslash) at += 1;
      else if (code === quote) isString = false;
    } else if (code === quote) {
      isString = true;
    } else if (code === openBrace || code === openBracket) {
      depth += 1;
    } else if (code === closeBrace || code === closeBracket) {
      depth -= 1;
    }
  }
  return depth;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;
