/** Writes the path of a schema issue as users read it: `lines[0].quantity`; the whole input is `$`. */
export function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '$';
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
