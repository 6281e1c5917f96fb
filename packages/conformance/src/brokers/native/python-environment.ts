import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keptFolder } from './kept-folder.ts';

const run = promisify(execFile);

/** What is installed from PyPI into an environment of its own. */
export interface PythonRequirements {
  /** The server, `name==version`, and what it uses without saying so. */
  readonly install: readonly [server: string, ...others: readonly string[]];
  /** The exact version of everything that comes with them, so that a newer one breaks nothing. */
  readonly pins: readonly string[];
}

/** A virtual environment of the Python in `programs`, made once and kept; its interpreter is in `bin`. */
export async function pythonEnvironment(
  programs: string,
  { install, pins }: PythonRequirements,
  log: (line: string) => void,
): Promise<string> {
  const python = join(programs, 'python3');
  const { stdout } = await run(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
  const [server] = install;
  return keptFolder({
    name: `${server.replaceAll(/\[[^\]]*\]/g, '').replace('==', '-')}-python-${stdout.trim()}`,
    announce: (target) => log(`fetching ${server} from PyPI with pip into ${target}`),
    fill: async (root, work) => {
      const constraints = join(work, 'constraints.txt');
      await writeFile(constraints, `${pins.join('\n')}\n`);
      await run(python, ['-m', 'venv', root]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--constraint', constraints];
      await run(join(root, 'bin', 'python'), [...pip, ...install], { maxBuffer: 64 * 1024 * 1024 });
    },
  });
}
