import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findDebianArchive, type DebianArchive } from './debian-releases.ts';
import { keptFolder } from './kept-folder.ts';

const run = promisify(execFile);

// What a shell script needs and no package asks for, because no Debian system is without it.
const essential = ['base-files', 'coreutils', 'dash', 'grep', 'sed'];

/**
 * The folder with packages of a Debian release and all that they need, unpacked beside the system and not installed. It is
 * fetched once, checked against the keys of the archive, and kept in the user's cache until somebody removes it.
 */
export const unpackRelease = (
  release: string,
  packages: readonly string[],
  log: (line: string) => void,
): Promise<string> =>
  keptFolder({
    name: `${release}-${arch()}-${packages.join('-')}`,
    announce: (target) =>
      log(`fetching ${packages.join(', ')} of Debian ${release} into ${target} (unpacked there, not installed)`),
    fill: async (root, work) => {
      await unpack(await fetchPackages(work, release, packages), root);
      writeFileSync(join(root, 'etc', 'hosts'), '127.0.0.1 localhost\n');
    },
  });

/** Lets apt work in `folder` as on a system without any package; gives the files it fetched. */
async function fetchPackages(folder: string, release: string, packages: readonly string[]): Promise<readonly string[]> {
  const archives = join(folder, 'cache', 'archives');
  for (const path of ['lists/partial', 'cache/archives/partial', 'sources']) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  writeFileSync(join(folder, 'status'), '');
  writeFileSync(join(folder, 'sources', 'release.sources'), sourceOf(await findDebianArchive(), release));
  const options = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': join(folder, 'sources'),
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'Dir::State': folder,
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::State::Status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': 'root',
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const aptGet = (...more: readonly string[]): Promise<unknown> =>
    run('apt-get', ['-q', '-y', ...words, ...more], { maxBuffer: 64 * 1024 * 1024 });
  await aptGet('update');
  await aptGet('install', '--no-install-recommends', '--download-only', ...essential, ...packages);
  return readdirSync(archives)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(archives, name));
}

const sourceOf = ({ address, keyring }: DebianArchive, release: string): string =>
  `Types: deb\nURIs: ${address}\nSuites: ${release}\nComponents: main\nTargets: Packages\nSigned-By: ${keyring}\n`;

async function unpack(files: readonly string[], root: string): Promise<void> {
  mkdirSync(root);
  const isBase = (file: string): boolean => file.includes('/base-files_');
  // The base first: its links decide where /bin and /lib of all others end up.
  for (const file of files.toSorted((a, b) => Number(isBase(b)) - Number(isBase(a)))) {
    await run('dpkg-deb', ['--extract', file, root]);
  }
}
