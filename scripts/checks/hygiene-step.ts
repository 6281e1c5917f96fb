import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run-tool.ts';
import { fromProblems, type Step } from './step.ts';
import { trackedFiles } from './tracked-files.ts';

const lockFiles = /(^|\/)(pnpm-lock\.yaml|package-lock\.json)$/;
const texts = /\.(ts|mts|mjs|js|json|jsonc|yaml|yml|md|txt|sh|html|css)$|^\.[^/]+$|^\.ci\/|LICENSE$/;

// Written so that this file does not report itself.
const forbidden: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a path of one machine', pattern: /(?:^|[\s"'`(=:])\/(?:work|root|opt|tmp|Users|home\/[a-z]+)\/[\w.-]/m },
  { what: 'the address of a registry', pattern: /registry[.]npmjs|registry[.]yarnpkg/ },
  { what: 'a private key', pattern: /BEGIN [A-Z ]*PRIVATE[ ]KEY|AKIA[0-9A-Z]{16}/ },
];

/** Nothing that belongs to one machine is in the repository: no paths, no registry addresses, no keys. */
export const hygieneStep: Step = {
  name: 'hygiene',
  run: async () => {
    const files = (await trackedFiles()).filter((path) => texts.test(path));
    return fromProblems(files.flatMap(problemsOf), `${files.length} files`);
  },
};

const problemsOf = (path: string): readonly string[] => {
  const text = readFileSync(join(root, path), 'utf8');
  if (lockFiles.test(path) && /https?:/.test(text)) return [`${path}: a lock file names a host`];
  if (path.startsWith('packages/') && path.endsWith('package.json')) return versionsOutsideCatalog(path, text);
  return forbidden.filter(({ pattern }) => pattern.test(text)).map(({ what }) => `${path}: ${what}`);
};

const versionsOutsideCatalog = (path: string, text: string): readonly string[] => {
  const manifest = JSON.parse(text) as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
  return ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']
    .flatMap((kind) => Object.entries(manifest[kind] ?? {}))
    .filter(([, version]) => version !== 'catalog:' && !version.startsWith('workspace:'))
    .map(([name]) => `${path}: the version of ${name} belongs into the catalog of pnpm-workspace.yaml`);
};
