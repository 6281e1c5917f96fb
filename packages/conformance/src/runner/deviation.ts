import type { PropertyId } from '../properties/properties.ts';

/** A known failure, with an end: the case is still run, and passing or expiring turns it into a failure. */
export interface Deviation<Id extends string = PropertyId> {
  readonly id: Id;
  /**
   * `fails`: the case fails. The others are for a server that only stands in for the one that is meant and does not do here what that one does:
   * with `proves-nothing` the case passes, with `may-fail` it does either, and the verdict is `unproven`. Default: `fails`.
   */
  readonly effect?: 'fails' | 'proves-nothing' | 'may-fail';
  /** Shown in the table of guarantees. */
  readonly reason: string;
  /** Where it is tracked, as an `https:` address. */
  readonly link: string;
  /** Last day on which it is accepted, as `2027-01-31`. */
  readonly expires: string;
}

/**
 * Looks at the form of all deviations of a driver.
 * @throws RangeError that names the first one that excuses nothing, has no end or stands there twice
 */
export function checkDeviations<Id extends string>(deviations: readonly Deviation<Id>[], ids: readonly Id[]): void {
  const seen = new Set<string>();
  for (const deviation of deviations) {
    const problem = seen.has(deviation.id) ? 'stands there twice' : problemOf(deviation, ids);
    if (problem !== undefined) throw new RangeError(`The deviation of ${deviation.id} ${problem}.`);
    seen.add(deviation.id);
  }
}

function problemOf<Id extends string>(
  { id, reason, link, expires }: Deviation<Id>,
  ids: readonly Id[],
): string | undefined {
  if (!ids.includes(id)) return 'is of no property';
  if (reason.trim() === '') return 'has no reason';
  if (URL.parse(link)?.protocol !== 'https:') return `has no https address as its link, but ${JSON.stringify(link)}`;
  if (!isDay(expires)) return `has no day such as 2027-01-31 as its end, but ${JSON.stringify(expires)}`;
  return undefined;
}

function isDay(text: string): boolean {
  const ms = /^\d{4}-\d{2}-\d{2}$/u.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // A day that does not exist, such as the 31st of June, is another one when it is written back.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
