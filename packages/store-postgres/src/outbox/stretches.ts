import type { ExclusionReason } from './exclusion.ts';
import { nameOfReason } from './exclusion.ts';

/** Ids, both ends included. */
export interface IdRange {
  readonly low: number;
  readonly high: number;
}

/**
 * A range of ids in which nothing can appear any more, and all that there was to be said of its rows when somebody looked. Rows only go, so it
 * stays true.
 */
export interface Stretch extends IdRange {
  /** By `nameOfReason`. A read that holds all of them need not look at the stretch; none means that it has no rows at all. */
  readonly reasons: ReadonlyMap<string, ExclusionReason>;
}

/** The highest id that a number of JavaScript tells from its neighbours. */
export const idMax: number = Number.MAX_SAFE_INTEGER;
/** Parts that one read looks at; more would each cost a descent of the index. */
export const rangesMax = 8;
/** Beyond it all is forgotten and learned anew. */
const stretchesMax = 1000;

/** What is known of an outbox, so that a read need not walk over rows that it would leave out. */
export class Stretches {
  /** By their ids; they do not overlap. */
  #stretches: Stretch[] = [];

  get size(): number {
    return this.#stretches.length;
  }

  forget(): void {
    this.#stretches = [];
  }

  /** Adds one that overlaps none. */
  add(stretch: Stretch): void {
    if (this.#stretches.length >= stretchesMax) this.forget();
    const place = this.#stretches.findIndex(({ low }) => low > stretch.high);
    const sorted = this.#stretches.toSpliced(place === -1 ? this.#stretches.length : place, 0, stretch);
    const merged: Stretch[] = [];
    for (const next of sorted) {
      const last = merged.at(-1);
      if (last !== undefined && canMerge(last, next)) merged[merged.length - 1] = merge(last, next);
      else merged.push(next);
    }
    this.#stretches = merged;
  }

  /** Every reason that stands somewhere. */
  reasons(): readonly ExclusionReason[] {
    const all = new Map<string, ExclusionReason>();
    for (const { reasons } of this.#stretches) for (const [name, reason] of reasons) all.set(name, reason);
    return [...all.values()];
  }

  /** The first ids at or behind `from` of which nothing is known. */
  unknownFrom(from: number): IdRange {
    let low = from;
    for (const stretch of this.#stretches) {
      if (stretch.high < low) continue;
      if (stretch.low > low) return { low, high: stretch.low - 1 };
      low = stretch.high + 1;
    }
    return { low, high: idMax };
  }

  /** What a read has to look at, in order: everything but the stretches all of whose reasons hold, and but `runs`. */
  rangesToRead(holds: (reason: ExclusionReason) => boolean, runs: readonly IdRange[] = []): readonly IdRange[] {
    const held = this.#stretches.filter(({ reasons }) => reasons.values().every(holds));
    const skips = largest(joined([...held, ...runs]));
    const ranges: IdRange[] = [];
    let low = 1;
    for (const skip of skips) {
      if (skip.low > low) ranges.push({ low, high: skip.low - 1 });
      low = skip.high + 1;
    }
    return [...ranges, { low, high: idMax }];
  }
}

/** Neighbours of the same reasons; one without rows goes with any. */
function canMerge(left: Stretch, right: Stretch): boolean {
  if (left.high + 1 !== right.low) return false;
  if (left.reasons.size === 0 || right.reasons.size === 0) return true;
  return left.reasons.size === right.reasons.size && left.reasons.keys().every((name) => right.reasons.has(name));
}

const merge = (left: Stretch, right: Stretch): Stretch => ({
  low: left.low,
  high: right.high,
  reasons: left.reasons.size === 0 ? right.reasons : left.reasons,
});

function joined(ranges: readonly IdRange[]): readonly IdRange[] {
  const result: IdRange[] = [];
  for (const { low, high } of ranges.toSorted((left, right) => left.low - right.low)) {
    const last = result.at(-1);
    if (last === undefined || last.high + 1 < low) result.push({ low, high });
    else result[result.length - 1] = { low: last.low, high: Math.max(last.high, high) };
  }
  return result;
}

function largest(skips: readonly IdRange[]): readonly IdRange[] {
  if (skips.length < rangesMax) return skips;
  const sizeOf = ({ low, high }: IdRange): number => high - low;
  const kept = new Set(skips.toSorted((left, right) => sizeOf(right) - sizeOf(left)).slice(0, rangesMax - 1));
  return skips.filter((skip) => kept.has(skip));
}

export const reasonsOf = (reasons: readonly ExclusionReason[]): Stretch['reasons'] =>
  new Map(reasons.map((reason) => [nameOfReason(reason), reason]));
