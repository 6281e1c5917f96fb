const start = (region: string): RegExp => new RegExp(`^\\s*// #region ${region}$`);
const end = /^\s*\/\/ #endregion/;

/**
 * The lines between `// #region name` and the next `// #endregion`, without the indentation they share; the whole text
 * where no region is asked for. `undefined` when there is no such region.
 */
export const sourceRegion = (source: string, region: string | undefined): string | undefined => {
  if (region === undefined) return source;
  const lines = source.split('\n');
  const first = lines.findIndex((line) => start(region).test(line));
  const length = lines.slice(first + 1).findIndex((line) => end.test(line));
  if (first === -1 || length === -1) return undefined;
  return dedent(lines.slice(first + 1, first + 1 + length));
};

const dedent = (lines: readonly string[]): string => {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const shared = Math.min(...indents);
  return lines.map((line) => `${line.slice(shared)}\n`).join('');
};
