/** One measured line: what, how much, and what was asked for. */
export interface Measurement {
  readonly scenario: string;
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** The bound that the figure must keep, where there is one. */
  readonly bound: { readonly kind: 'at-least' | 'at-most'; readonly value: number } | undefined;
}

/** True when the figure keeps its bound, or has none. */
export function isKept({ value, bound }: Measurement): boolean {
  if (bound === undefined) return true;
  return bound.kind === 'at-least' ? value >= bound.value : value <= bound.value;
}
