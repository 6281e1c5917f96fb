import { rm } from 'node:fs/promises';
import { packPublished, type Manifest, type PackedPackage } from './published-packages.ts';
import { runProgram, runTool } from './run-tool.ts';
import { failed, passed, type Step } from './step.ts';

/** Looks at the packed tarballs as a consumer's tools would: publint, are-the-types-wrong, and every file that the manifest names. */
export const packagesStep: Step = {
  name: 'packages',
  run: async () => {
    const { folder, packed } = await packPublished();
    try {
      const problems: string[] = [];
      for (const one of packed) problems.push(...(await problemsOf(one)));
      return problems.length === 0 ? passed({ note: `${packed.length} tarballs` }) : failed(problems.join('\n\n'));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const problemsOf = async ({ tarball, manifest }: PackedPackage): Promise<readonly string[]> => {
  const publint = await runTool('publint', ['run', tarball, '--strict']);
  const attw = await runTool('attw', [tarball, '--profile', 'esm-only', '--format', 'ascii']);
  const list = await runProgram('tar', ['-tzf', tarball]);
  const files = new Set(list.stdout.split('\n').map((line) => line.trim().replace(/^package\//, './')));
  return [
    ...(publint.status === 0 ? [] : [`${manifest.name}: publint\n${publint.output}`]),
    ...(attw.status === 0 ? [] : [`${manifest.name}: are the types wrong?\n${attw.output}`]),
    ...missingFiles(manifest, files).map(
      (file) => `${manifest.name}: the manifest names ${file}, which is not in the tarball`,
    ),
    ...strayFiles(files).map((file) => `${manifest.name}: ${file} is in the tarball and has no business there`),
  ];
};

const missingFiles = (manifest: Manifest, files: ReadonlySet<string>): readonly string[] =>
  [...Object.values(manifest.exports ?? {}), ...Object.values(manifest.bin ?? {})]
    .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
    .filter((file) => !files.has(file));

const strayFiles = (files: ReadonlySet<string>): readonly string[] =>
  [...files].filter((file) => /\.test(-d)?\.ts$|tsconfig|\.config\.ts$/.test(file));
