const byVersion = new Intl.Collator('en', { numeric: true });

/** Of folders that differ in a version number, the one with the highest. */
export const newestFolder = (paths: readonly string[]): string | undefined =>
  paths.toSorted((a, b) => byVersion.compare(a, b)).at(-1);
