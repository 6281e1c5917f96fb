import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Comparison } from '../comparison-result.ts';
import { renderHtml } from '../report/render-html.ts';
import type { CompareOptions } from './parse-compare-options.ts';

/** Writes the page and the figures, and answers with the paths. */
export async function writeResults(
  comparison: Comparison,
  { out, json }: Pick<CompareOptions, 'out' | 'json'>,
): Promise<readonly string[]> {
  const figures = `${JSON.stringify(comparison, undefined, 2)}\n`;
  const files: readonly (readonly [string, string])[] = [
    [join(out, 'index.html'), renderHtml(comparison)],
    [join(out, 'comparison.json'), figures],
    ...(json === undefined ? [] : [[json, figures] as const]),
  ];
  for (const [path, content] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return files.map(([path]) => path);
}
