/**
 * Whether JSON is nested deeper than `depthMax`, told before it is parsed. Counting brackets settles it for nearly every message; only
 * one with many of them is scanned. What is no JSON may pass: the parser stops at its first wrong character.
 * @param body the same in UTF-8: reading its bytes costs half of reading the characters of a text just made
 */
export function isTooDeep(text: string, body: Uint8Array, depthMax: number): boolean {
  const arrays = countUpTo(depthMax + 1, '[', text);
  if (deepestPossible(text.length, arrays) <= depthMax) return false;
  return arrays + countUpTo(depthMax + 1, '{', text) > depthMax && isScannedTooDeep(body, depthMax);
}

/**
 * The depth that `chars` characters with so many arrays can reach: the level of an array takes two of them, that of an object five,
 * `{"":` and `}`, but for the innermost `{}`. Tells it of a short message by one kind of bracket, at half the price.
 */
const deepestPossible = (chars: number, arrays: number): number => arrays + (chars - 2 * arrays + 3) / 5;

function countUpTo(max: number, bracket: string, text: string): number {
  let found = 0;
  for (let at = text.indexOf(bracket); at !== -1 && found < max; at = text.indexOf(bracket, at + 1)) found += 1;
  return found;
}

/** Stops at the first level beyond `depthMax`. Brackets inside strings do not count; no byte of a longer character looks like one. */
function isScannedTooDeep(body: Uint8Array, depthMax: number): boolean {
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] as number;
    if (byte === quote) {
      at = endOfString(body, at + 1);
    } else if (byte >= openBracket) {
      // Square and curly brackets differ in one bit.
      const curly = byte | 0x20;
      if (curly === openBrace) depth += 1;
      else if (curly === closeBrace) depth -= 1;
      if (depth > depthMax) return true;
    }
  }
  return false;
}

/** Where the string that is open at `from` ends. */
function endOfString(body: Uint8Array, from: number): number {
  let at = from;
  while (at < body.length && body[at] !== quote) at += body[at] === backslash ? 2 : 1;
  return at;
}

const quote = 0x22;
const openBracket = 0x5b;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
