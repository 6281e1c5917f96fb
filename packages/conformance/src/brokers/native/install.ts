import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { systemField } from './debian-releases.ts';

const run = promisify(execFile);

// Debian asks this program before a package starts its service; 101 means no.
const policyFile = '/usr/sbin/policy-rc.d';
const policy = '#!/bin/sh\nexit 101\n';

/** Why this process may not install Debian packages, or nothing when it may. */
export function whyNotInstallable(): string | undefined {
  const names = `${systemField('ID')} ${systemField('ID_LIKE')}`;
  if (!/\b(?:debian|ubuntu)\b/.test(names)) return 'this system is not Debian or Ubuntu';
  return process.getuid?.() === 0 ? undefined : 'only root may install packages';
}

/** Installs packages after saying so, and keeps them from starting their services. */
export async function installPackages(packages: readonly string[], log: (line: string) => void): Promise<void> {
  log(`installing Debian packages: ${packages.join(', ')} (apt-get install; their services are not started)`);
  await withoutServices(async () => {
    try {
      await aptGet('install', '--no-install-recommends', ...packages);
    } catch {
      log('apt-get install failed: fetching the lists of packages and trying once more');
      await aptGet('update');
      await aptGet('install', '--no-install-recommends', ...packages);
    }
  });
}

const aptGet = (...words: readonly string[]): Promise<unknown> =>
  run('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...words], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });

async function withoutServices(work: () => Promise<void>): Promise<void> {
  const isOurs = !existsSync(policyFile);
  const remove = (): void => {
    if (isOurs) rmSync(policyFile, { force: true });
  };
  process.once('exit', remove);
  try {
    if (isOurs) writeFileSync(policyFile, policy, { mode: 0o755 });
    await work();
  } finally {
    process.off('exit', remove);
    remove();
  }
}
