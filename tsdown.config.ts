import { globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { defineConfig, type UserConfig } from 'tsdown';

interface PackageManifest {
  readonly bin?: Readonly<Record<string, string>>;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string | { readonly source: string }>>;
}

/**
 * What a package builds is what its `exports` and its `bin` name: `"./driver": { "source": "./src/driver/index.ts" }` becomes
 * `dist/driver/index.js`, and the program `dist/brokers/main.js` is made from `src/brokers/main.ts`.
 */
const entriesOf = (manifest: PackageManifest): Record<string, string> => {
  const sources = Object.values(manifest.exports ?? {}).flatMap((target) =>
    typeof target === 'string' ? [] : [target.source],
  );
  const programs = Object.values(manifest.bin ?? {}).map((program) =>
    program.replace(/^\.\/dist\/(.*)\.js$/, './src/$1.ts'),
  );
  return Object.fromEntries(
    [...sources, ...programs].map((source) => [source.replace(/^\.\/src\/|\.ts$/g, ''), source]),
  );
};

const published = globSync('packages/*/package.json', { cwd: import.meta.dirname })
  .map((path) => ({ cwd: resolve(import.meta.dirname, dirname(path)), path: resolve(import.meta.dirname, path) }))
  .map(({ cwd, path }) => ({ cwd, manifest: JSON.parse(readFileSync(path, 'utf8')) as PackageManifest }))
  .filter(({ manifest }) => manifest.private !== true);

const buildOf = ({ cwd, manifest }: (typeof published)[number]): UserConfig => ({
  cwd,
  entry: entriesOf(manifest),
  tsconfig: resolve(import.meta.dirname, 'tsconfig.portable.json'),
  platform: 'node',
  fixedExtension: false,
  target: 'node22.12',
  dts: true,
  sourcemap: true,
  report: false,
  logLevel: 'warn',
});

export default defineConfig(published.map(buildOf));
