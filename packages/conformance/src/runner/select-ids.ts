import { propertyIds } from '../properties/properties.ts';
import type { PropertyId } from '../properties/properties.ts';

/**
 * The ids that patterns such as `ORD-4` and `RTY-*` name, in the suite's order; all where there is no pattern.
 * @throws RangeError for a pattern that names none
 */
export function selectIds(patterns: readonly string[]): readonly PropertyId[] {
  if (patterns.length === 0) return propertyIds;
  const stranger = patterns.find((pattern) => !propertyIds.some((id) => isMatch(id, pattern)));
  if (stranger !== undefined) throw new RangeError(`No property is named ${JSON.stringify(stranger)}.`);
  return propertyIds.filter((id) => patterns.some((pattern) => isMatch(id, pattern)));
}

function isMatch(id: PropertyId, pattern: string): boolean {
  return pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern;
}
