import type { Difference } from './difference.ts';
import type { ResourceAttributes } from './resource-attributes.ts';

export interface AttributeComparison {
  /** Of the resource. */
  readonly path: string;
  readonly wanted: ResourceAttributes;
  readonly present: Readonly<Record<string, string>>;
  /** What the service means where it says nothing. */
  readonly defaults: Readonly<Record<string, string>>;
  readonly remedies: Readonly<Record<string, string>>;
}

/** Every attribute that has another value than the wanted one. None is set right by itself: each was somebody's decision. */
export function attributeDrift(comparison: AttributeComparison): readonly Difference[] {
  const { path, wanted, present, defaults, remedies } = comparison;
  return Object.entries(wanted).flatMap(([name, value]) => {
    const found = present[name] ?? defaults[name] ?? 'none';
    if (found.toLowerCase() === String(value).toLowerCase()) return [];
    const remedy = remedies[name] ?? 'set the one or the other';
    return [{ path: `${path}.${name}`, wanted: String(value), present: found, remedy, repair: undefined }];
  });
}
