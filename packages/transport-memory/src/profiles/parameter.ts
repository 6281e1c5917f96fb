/**
 * A value, and where it is documented (`broker-facts §`, or `[m]` for from memory), or that it was chosen or assumed and why.
 */
export interface Parameter<Value> {
  readonly value: Value;
  readonly source: string;
}

/** Semantics as data: every value of `Semantics` with its source. */
export type Sourced<Semantics> = { readonly [Name in keyof Semantics]: Parameter<Semantics[Name]> };

/** The values alone, as the broker reads them. */
export function valuesOf<Semantics extends object>(parameters: Sourced<Semantics>): Semantics {
  const entries = Object.entries<Parameter<unknown>>(parameters).map(([name, { value }]) => [name, value] as const);
  // `fromEntries` forgets which value belongs to which name; the mapped type says it again.
  return Object.fromEntries(entries) as Semantics;
}
