import type { PropertyId } from '../properties/properties.ts';

export interface PropertyLevel {
  /** `native`: the broker or the database does it. `emulated`: the driver or the bus does it. `unsupported`: it cannot be had, and asking is refused. */
  readonly level: 'native' | 'emulated' | 'unsupported';
  /** How it is done, or why it cannot be. */
  readonly note: string;
}

/** One entry for each property: a property added to the suite does not compile in any transport until that says what it does. */
export type PropertyLevels = Readonly<Record<PropertyId, PropertyLevel>>;

/** The same level for several properties; spread the results together into the levels of a harness. */
export function declareLevel<Id extends string>(
  level: PropertyLevel['level'],
  note: string,
  ids: readonly Id[],
): Readonly<Record<Id, PropertyLevel>> {
  const entries = ids.map((id) => [id, { level, note }] as const);
  return Object.fromEntries(entries) as Record<Id, PropertyLevel>;
}
