import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where packages of another Debian release can be had from, with the key that signs them. */
export interface DebianArchive {
  readonly address: string;
  readonly keyring: string;
}

// Of the package debian-archive-keyring, which knows the releases before and after its own.
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** A field of the description that the system gives of itself, or nothing. */
export function systemField(name: string): string | undefined {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(release)?.[1];
}

/** Why no other Debian release can be run beside the system's own, or nothing when it can. */
export function whyNoOtherRelease(): string | undefined {
  if (systemField('ID') !== 'debian') return 'this system is not Debian';
  if (process.getuid?.() !== 0) return 'only root may run a program in a root of its own';
  return existsSync(keyring)
    ? undefined
    : 'the keys of the Debian archive are missing (package debian-archive-keyring)';
}

/** The archive that this system takes its own release from; it has the other releases too. */
export async function findDebianArchive(): Promise<DebianArchive> {
  const codename = systemField('VERSION_CODENAME');
  // A source names its release or an alias, which apt can tell once it has fetched the lists.
  const format = '$(CREATED_BY) $(COMPONENT) $(RELEASE) $(CODENAME) $(REPO_URI)';
  const { stdout } = await run('apt-get', ['indextargets', '--format', format]);
  const [address] = stdout.split('\n').flatMap((line) => {
    const [by, component, release, alias, source = ''] = line.split(' ');
    const isOwn = release === codename || alias === codename;
    return by === 'Packages' && component === 'main' && isOwn ? [source] : [];
  });
  if (address === undefined) throw new Error(`apt has no source for ${codename ?? 'this release'}`);
  return { address, keyring };
}
