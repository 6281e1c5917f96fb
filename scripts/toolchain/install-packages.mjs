import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install-toolchain.mjs';
import { stepFailed, writeFailed } from './setup-error.mjs';
import { runQuietly } from './setup-process.mjs';

/** Installs the workspace's packages as the lock file has them, unless nothing that decides about them has changed. */
export const installPackages = async ({ pnpm, env }) => {
  const stampPath = join(root, 'node_modules/.waybill-installed');
  const stamp = stampOf(manifests());
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return;

  console.error('Setting up: packages of the workspace ...');
  const args = [
    'install',
    '--frozen-lockfile',
    '--prefer-offline',
    '--config.fetch-retries=1',
    '--reporter=append-only',
  ];
  const result = await runQuietly(pnpm, args, { cwd: root, env: { ...env, CI: 'true' } });
  if (result.status !== 0) throw stepFailed('Installing the packages of the workspace', result);
  try {
    writeFileSync(stampPath, stamp);
  } catch (error) {
    throw writeFailed(stampPath, error);
  }
};

const manifests = () => {
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'package.json'));
  const all = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...packages.toSorted()];
  return all.filter((path) => existsSync(join(root, path)));
};

const stampOf = (paths) => {
  const hash = createHash('sha256');
  for (const path of paths)
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0');
  return `${hash.digest('hex')}\n`;
};
