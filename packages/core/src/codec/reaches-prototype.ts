/**
 * Whether a parsed body holds an own key `__proto__`, or `constructor` with a `prototype`: harmless as it lies there, an attack as soon
 * as somebody merges it into another object. The text is asked first; escapes could hide the names from it.
 */
export function reachesPrototype(text: string, value: unknown): boolean {
  const isSuspect = text.includes('__proto__') || text.includes('constructor') || text.includes('\\u');
  return isSuspect && holdsPrototypeKey(value);
}

function holdsPrototypeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsPrototypeKey);
  if (Object.hasOwn(value, '__proto__')) return true;
  if (Object.hasOwn(value, 'constructor') && namesPrototype((value as { constructor: unknown }).constructor))
    return true;
  return Object.values(value).some(holdsPrototypeKey);
}

const namesPrototype = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
