import type { FoundRecord } from './read-topic.ts';

/** What became of records that were sent in a known order: each is named `key:number`, in its value, from 1 on within its key. */
export interface Tally {
  /** Told to be safe and not there. */
  readonly lost: number;
  /** Copies beyond the first. */
  readonly duplicated: number;
  /** That stand, with their first copy, behind a later one of their key. */
  readonly reordered: number;
}

export function tallyOf(confirmed: Iterable<string>, found: readonly FoundRecord[]): Tally {
  const seen = new Set<string>();
  const highest = new Map<string, number>();
  let duplicated = 0;
  let reordered = 0;
  for (const { message } of found) {
    const name = String(message.value);
    if (seen.has(name)) {
      duplicated += 1;
      continue;
    }
    seen.add(name);
    const [key = '', number = ''] = name.split(':');
    const before = highest.get(key) ?? 0;
    if (Number(number) < before) reordered += 1;
    else highest.set(key, Number(number));
  }
  let lost = 0;
  for (const name of confirmed) if (!seen.has(name)) lost += 1;
  return { lost, duplicated, reordered };
}
