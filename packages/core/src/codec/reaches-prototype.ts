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

/** Whether the text of a body gives reason to look: both names share a part, and only an escape can hide it. */
export function mayReachPrototype(text: string): boolean {
  return text.includes('proto') || text.includes('\\u');
}

const namesPrototype = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
