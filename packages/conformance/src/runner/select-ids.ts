/**
 * The ids that patterns such as `ORD-4` and `RTY-*` name, in the suite's order; all where there is no pattern.
 * @throws RangeError for a pattern that names none
 */
export function selectIds<Id extends string>(patterns: readonly string[], ids: readonly Id[]): readonly Id[] {
  if (patterns.length === 0) return ids;
  const stranger = patterns.find((pattern) => !ids.some((id) => isMatch(id, pattern)));
  if (stranger !== undefined) throw new RangeError(`No property is named ${JSON.stringify(stranger)}.`);
  return ids.filter((id) => patterns.some((pattern) => isMatch(id, pattern)));
}

function isMatch(id: string, pattern: string): boolean {
  return pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern;
}
