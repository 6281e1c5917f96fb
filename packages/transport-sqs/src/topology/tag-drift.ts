import type { Difference } from './difference.ts';
import type { Tags } from './resource-tags.ts';

export interface TagComparison {
  /** Of the resource. */
  readonly path: string;
  readonly wanted: Tags;
  readonly present: Tags;
  /** Tags that nobody may change, with what to do about another value. */
  readonly fixed: Tags;
}

/** Tags that are missing or have another value, which `apply` sets: they decide nothing. Others are left alone. */
export function tagDrift({ path, wanted, present, fixed }: TagComparison): readonly Difference[] {
  return Object.entries(wanted).flatMap(([key, value]) => {
    const found = present[key];
    if (found === value) return [];
    const remedy = fixed[key] ?? "set the one or the option tags, or start once with topology 'apply'";
    const repair = found !== undefined && Object.hasOwn(fixed, key) ? undefined : { tags: { [key]: value } };
    return [{ path: `${path}.tags.${key}`, wanted: value, present: found ?? 'none', remedy, repair }];
  });
}
