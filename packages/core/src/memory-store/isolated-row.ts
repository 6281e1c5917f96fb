/** A row as it is kept: a copy that nobody outside can change. */
export interface StoredRow {
  readonly row: unknown;
  /** Plain data is frozen and may be handed out as it is; dates, maps and bytes cannot be frozen and are copied again. */
  readonly isFrozen: boolean;
}

/** Copies a row in. Several times as fast as `structuredClone` for plain data, which rows nearly always are. */
export function isolateRow(row: unknown): StoredRow {
  const copy = frozenCopy(row);
  return copy === notPlain ? { row: structuredClone(row), isFrozen: false } : { row: copy, isFrozen: true };
}

/** Hands a row out. */
export function readRow(stored: StoredRow | undefined): unknown {
  if (stored === undefined || stored.isFrozen) return stored?.row;
  return structuredClone(stored.row);
}

const notPlain = Symbol('not plain data');

function frozenCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? notPlain : value;
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(frozenCopy);
    return items.includes(notPlain) ? notPlain : Object.freeze(items);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return notPlain;
  return frozenObject(value);
}

function frozenObject(value: object): unknown {
  // A spread, unlike an assignment, takes an own key named `__proto__` for what it is.
  const copy: Record<string, unknown> = { ...value };
  for (const key of Object.keys(copy)) {
    const part = copy[key];
    if (typeof part !== 'object' && typeof part !== 'function') continue;
    const frozen = frozenCopy(part);
    if (frozen === notPlain) return notPlain;
    copy[key] = frozen;
  }
  return Object.freeze(copy);
}
