import { BrokerNotAvailable } from '../broker-not-available.ts';
import type { RabbitmqVersion } from '../broker.ts';
import { systemField, whyNoOtherRelease } from './debian-releases.ts';
import { installPackages, whyNotInstallable } from './install.ts';
import type { Recipe } from './recipe.ts';
import { unpackRelease } from './unpack-release.ts';

/** Where a server's programs are. */
export interface Installation {
  /** The root folder that they run in; `/` for what is installed. */
  readonly root: string;
  /** Their folder, seen from that root. */
  readonly programs: string;
}

/**
 * Finds the programs of a server, and gets them first where that may be done: the system's own packages are installed, those of
 * another Debian release are unpacked beside it.
 * @throws BrokerNotAvailable where they are missing and cannot be had
 */
export async function findInstallation(
  recipe: Recipe,
  version: RabbitmqVersion,
  log: (line: string) => void,
): Promise<Installation> {
  const installation = await findPackages(recipe, version, log);
  if (recipe.fetch === undefined) return installation;
  try {
    return { ...installation, programs: await recipe.fetch(installation.programs, log) };
  } catch (cause) {
    // The client of a registry says last why it failed.
    const why = (cause instanceof Error ? cause.message : String(cause)).trim().split('\n').at(-1) ?? '';
    const reason = `${recipe.kind} could not be fetched: ${why}`;
    throw new BrokerNotAvailable(recipe.kind, reason, 'Remove the obstacle, or name a server in the environment.', {
      cause,
    });
  }
}

async function findPackages(
  recipe: Recipe,
  version: RabbitmqVersion,
  log: (line: string) => void,
): Promise<Installation> {
  const installed = recipe.findPrograms('/', version);
  if (installed !== undefined) return { root: '/', programs: installed };
  const release = version === 'any' ? undefined : recipe.releases?.[version];
  const isOwn = release === undefined || release === systemField('VERSION_CODENAME');
  const obstacle = isOwn ? whyNotInstallable() : whyNoOtherRelease();
  const name = version === 'any' ? recipe.kind : `${recipe.kind} ${version}`;
  const remedy = `Install ${name}, start Docker, or name a server in the environment.`;
  if (obstacle !== undefined)
    throw new BrokerNotAvailable(recipe.kind, `${name} is not installed, and ${obstacle}`, remedy);
  const root = await getPackages(recipe, isOwn ? undefined : release, log).catch((cause: unknown) => {
    throw new BrokerNotAvailable(recipe.kind, `the packages of ${name} could not be had`, remedy, { cause });
  });
  const programs = recipe.findPrograms(root, version);
  if (programs === undefined) throw new BrokerNotAvailable(recipe.kind, `the packages brought no ${name}`, remedy);
  return { root, programs };
}

async function getPackages(recipe: Recipe, release: string | undefined, log: (line: string) => void): Promise<string> {
  if (release !== undefined) return unpackRelease(release, recipe.packages, log);
  await installPackages(recipe.packages, log);
  return '/';
}
