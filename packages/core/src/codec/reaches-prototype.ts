/**
 * Whether a parsed body holds an own key `__proto__`, or `constructor` with a `prototype`: harmless as it lies there, an attack as soon
 * as somebody merges it into another object.
 */
export function reachesPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(reachesPrototype);
  if (Object.hasOwn(value, '__proto__')) return true;
  if (Object.hasOwn(value, 'constructor') && namesPrototype((value as { constructor: unknown }).constructor))
    return true;
  return Object.values(value).some(reachesPrototype);
}

/** Whether JSON text gives reason to look. Both names share a part. */
export function mentionsPrototype(text: string): boolean {
  return text.includes('proto');
}

/** Whether letters may be written as `\u0070`. Looks for the backslash first: a single character is found faster, and is rare. */
export function escapesLetters(text: string): boolean {
  return text.includes('\\') && text.includes('\\u');
}

const namesPrototype = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
