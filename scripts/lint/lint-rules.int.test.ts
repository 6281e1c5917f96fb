import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface Snippet {
  readonly verb: 'reports' | 'permits';
  readonly rule: string;
  readonly path: string;
  readonly why: string;
  readonly code: string;
}

interface Report {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
}

const heading = /^== (?<verb>reports|permits) (?<rule>\S+) (?<path>\S+): (?<why>.*)$/;

const readSnippets = (path: string): readonly Snippet[] =>
  readFileSync(path, 'utf8')
    .split(/\n(?=== )/)
    .slice(1)
    .map((part) => {
      const [first = '', ...code] = part.split('\n');
      const groups = heading.exec(first)?.groups;
      if (groups === undefined) throw new Error(`not a heading: ${first}`);
      return { ...groups, code: code.join('\n') } as unknown as Snippet;
    });

const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `export const a${index} = ${index};`).join('\n');
const inFunction = (count: number): string => `export const f = (): void => {\n${'f();\n'.repeat(count)}};`;

const tooLong: readonly Snippet[] = [
  { verb: 'reports', rule: 'eslint(max-lines)', path: 'packages/core/src/x1.ts', why: '301 lines', code: lines(301) },
  {
    verb: 'permits',
    rule: 'eslint(max-lines)',
    path: 'packages/core/src/x2.ts',
    why: '300 lines beside blank ones and comments',
    code: `${lines(300)}${'\n\n// why'.repeat(50)}`,
  },
  {
    verb: 'reports',
    rule: 'eslint(max-lines-per-function)',
    path: 'packages/core/src/x3.ts',
    why: 'a function of 71 lines',
    code: inFunction(69),
  },
  {
    verb: 'permits',
    rule: 'eslint(max-lines-per-function)',
    path: 'packages/core/src/x4.ts',
    why: 'a function of 70 lines',
    code: inFunction(68),
  },
];

const root = resolve(import.meta.dirname, '../..');
const room = mkdtempSync(join(tmpdir(), 'waybill-lint-'));
const snippets = [...readSnippets(join(import.meta.dirname, 'lint-rules.snippets.txt')), ...tooLong];
const reported = new Map<string, string[]>();

/** The snippets stand in a copy of the repository's shape, and one run of the linter sees them all. */
beforeAll(() => {
  for (const path of ['oxlint.config.ts', 'tsconfig.json', 'scripts/lint', 'package.json']) {
    cpSync(join(root, path), join(room, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(room, 'node_modules'), 'junction');
  for (const { path, code } of snippets) {
    mkdirSync(dirname(join(room, path)), { recursive: true });
    writeFileSync(join(room, path), `${code}\n`);
  }
  const linter = join(root, 'node_modules/oxlint/bin/oxlint');
  const run = spawnSync(process.execPath, [linter, '--format', 'json', 'packages'], { cwd: room, encoding: 'utf8' });
  for (const { filename, code } of (JSON.parse(run.stdout) as Report).diagnostics) {
    reported.set(filename, [...(reported.get(filename) ?? []), code]);
  }
}, 60_000);

afterAll(() => rmSync(room, { recursive: true, force: true }));

for (const { verb, rule, path, why } of snippets) {
  test(`${rule} ${verb} ${why} (${path})`, () => {
    // The path is part of the expectation, so that a failure shows which snippet it is about.
    expect({ path, fires: (reported.get(path) ?? []).includes(rule) }).toEqual({ path, fires: verb === 'reports' });
  });
}
