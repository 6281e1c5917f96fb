import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, stepFailed, unreachable, writeFailed } from './setup-error.mjs';
import { runQuietly } from './setup-process.mjs';

// `import.meta.dirname` came with Node 20.11 only.
const here = dirname(fileURLToPath(import.meta.url));
const step = 'Installing Node 24 and pnpm 12';
const manifests = ['package.json', 'package-lock.json'];

export const root = resolve(here, '../..');

/**
 * Installs the pinned Node and pnpm into `.toolchain/<hash of their lock file>`, unless they are there.
 * A folder of that name is always whole: it is filled under another name and renamed at the end.
 * Returns both programs, and the environment in which `node` and `pnpm` mean them.
 */
export const installToolchain = async () => {
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
  const home = join(root, '.toolchain', createHash('sha256').update(lock).digest('hex').slice(0, 16));
  const programs = programsFor(JSON.parse(lock));
  if (!existsSync(home)) await install(home, programs);
  const node = join(home, programs.node);
  const pnpm = join(home, programs.pnpm);
  return {
    node,
    pnpm,
    env: { ...process.env, PATH: [dirname(node), dirname(pnpm), process.env.PATH].join(delimiter) },
  };
};

/** Where npm puts the programs for this platform; every package of the lock file says which one it is for. */
const programsFor = ({ packages }) => {
  const folders = Object.keys(packages).filter((folder) => {
    const { os, cpu } = packages[folder];
    return [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch);
  });
  const node = folders.find((folder) => folder.startsWith('node_modules/node-'));
  const pnpm = folders.find((folder) => folder.startsWith('node_modules/@pnpm/exe.'));
  if (node === undefined || pnpm === undefined) {
    throw new SetupError(
      `No Node 24 and pnpm 12 for ${process.platform} on ${process.arch} are pinned in scripts/toolchain/package.json.`,
      'Add their packages there if the registry has them, or work in a Linux container.',
    );
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { node: `${node}/bin/node${suffix}`, pnpm: `${pnpm}/pnpm${suffix}` };
};

const install = async (home, programs) => {
  const draft = `${home}.installing-${process.pid}`;
  console.error('Setting up: Node 24 and pnpm 12 into .toolchain (once, about 75 MB) ...');
  try {
    mkdirSync(draft, { recursive: true });
    removeAbandonedDrafts(dirname(home));
    for (const name of manifests) copyFileSync(join(here, name), join(draft, name));
    await runNpm(draft);
    // They are optional to npm, which lets them be missing when they cannot be fetched.
    if (!Object.values(programs).every((path) => existsSync(join(draft, path)))) throw unreachable(step);
    renameSync(draft, home);
  } catch (error) {
    // Another set-up that ran beside this one may have finished first.
    if (existsSync(home)) return;
    throw error instanceof SetupError ? error : writeFailed(dirname(home), error);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
};

const runNpm = async (draft) => {
  const args = ['ci', '--prefix', draft, '--ignore-scripts', '--include=optional', '--no-audit', '--no-fund'];
  // By default npm tries for more than a minute, in silence, before it says that there is no network.
  const options = { cwd: draft, env: { npm_config_fetch_retries: '1', ...process.env } };
  // npm names its own program in the environment of its scripts; without npm around this, the one on the path is taken.
  const npm = process.env.npm_execpath;
  const running =
    npm?.endsWith('npm-cli.js') === true
      ? runQuietly(process.execPath, [npm, ...args], options)
      : runQuietly('npm', args, { ...options, shell: process.platform === 'win32' });
  const result = await running.catch((error) => {
    throw new SetupError(`npm could not be started: ${error.message}.`, 'Install npm, which comes with Node.js.');
  });
  if (result.status !== 0) throw stepFailed(step, result);
};

/** What a set-up leaves that was killed: its process is gone, so nobody will rename it any more. */
const removeAbandonedDrafts = (folder) => {
  for (const name of readdirSync(folder)) {
    const pid = /\.installing-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { recursive: true, force: true });
  }
};

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};
