import type { TransportMessage } from '@waybill/core/driver';

/** What a message has beside its body, and what of it is no message attribute of its own. */
export type Identity = Pick<TransportMessage, 'id' | 'key' | 'deduplicationKey' | 'headers'>;

/** Legal in JSON, and not in an attribute. */
const illegalInAttributes = /[\uFFFE\uFFFF]/gu;

/**
 * One attribute for all: a message has ten at most, and they take fewer characters than JSON does. Control characters and halves of
 * surrogate pairs come out escaped.
 */
export function toIdentityText({ id, key, deduplicationKey, headers }: Identity): string {
  const text = JSON.stringify({
    id,
    key,
    deduplicationKey: deduplicationKey === id ? undefined : deduplicationKey,
    headers,
  });
  return text.replaceAll(illegalInAttributes, (character) => String.raw`\u` + character.charCodeAt(0).toString(16));
}

/** `undefined` for anything that `toIdentityText` would not have written: the message is then a foreign one. */
export function readIdentityText(text: string): Identity | undefined {
  const read = parsed(text);
  if (typeof read !== 'object' || read === null) return undefined;
  const { id, key, deduplicationKey = id, headers } = read as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || typeof deduplicationKey !== 'string' || !isTexts(headers)) return undefined;
  return key === undefined || typeof key === 'string' ? { id, key, deduplicationKey, headers } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTexts(headers: unknown): headers is Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return false;
  return Object.values(headers).every((value) => typeof value === 'string');
}
