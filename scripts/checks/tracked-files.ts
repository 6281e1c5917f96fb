import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, runProgram } from './run-tool.ts';

/** Paths of the files that git knows and that are there, relative to the root. */
export const trackedFiles = async (): Promise<readonly string[]> => {
  const { status, stdout, output } = await runProgram('git', ['ls-files', '-z']);
  if (status !== 0) throw new Error(`git could not list the files of the repository: ${output}`);
  return stdout.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
};
