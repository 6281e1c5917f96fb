/** Headers of the driver's own. Everything else in the table belongs to the message. */
export const driverHeaders = {
  /** Ordering key. */
  key: 'x-wb-key',
  deduplicationKey: 'x-wb-deduplication-key',
  /** Only where the id is too long for the property `message-id`. */
  id: 'x-wb-id',
  /** Epoch milliseconds; the property `timestamp` has whole seconds. */
  sentAt: 'x-wb-sent-at',
  /** One attempt to publish: pairs a returned message with its confirm. */
  publish: 'x-wb-publish',
} as const;

const escapePrefix = 'x-wb-header:';

/** Names that the broker acts on or writes itself (`CC` would route the message elsewhere), that are ours, or that no object holds. */
const taken =
  /^(?:CC|BCC|__proto__|x-(?:wb-.*|death|delivery-count|acquired-count|delay|(?:first|last)-death-.*|opt-.*|stream-.*))$/su;

/** Every header of a message round-trips: a name with a meaning for the broker travels with a prefix. */
export function toHeaderName(name: string): string {
  return taken.test(name) ? escapePrefix + name : name;
}

/** The message's own headers out of a table that anybody may have written: numbers and booleans become text, the rest is left out. */
export function readHeaders(table: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(table)) {
    const text = textOf(value);
    if (text === undefined) continue;
    if (name.startsWith(escapePrefix)) entries.push([name.slice(escapePrefix.length), text]);
    else if (!taken.test(name)) entries.push([name, text]);
  }
  return Object.fromEntries(entries);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
