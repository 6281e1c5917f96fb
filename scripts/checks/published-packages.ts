import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root, runProgram, runTool } from './run-tool.ts';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly engines?: { readonly node?: string };
}

export interface PublishedPackage {
  readonly folder: string;
  readonly manifest: Manifest;
}

export interface PackedPackage extends PublishedPackage {
  readonly tarball: string;
}

export const publishedPackages = (): readonly PublishedPackage[] =>
  globSync('packages/*/package.json', { cwd: root })
    .toSorted()
    .map((path) => ({
      folder: join(root, dirname(path)),
      manifest: JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest,
    }))
    .filter(({ manifest }) => manifest.private !== true);

/**
 * Builds and packs every published package as it would go to the registry, into a folder that the caller removes.
 */
export const packPublished = async (): Promise<{
  readonly folder: string;
  readonly packed: readonly PackedPackage[];
}> => {
  const build = await runTool('tsdown', []);
  if (build.status !== 0) throw new Error(`the packages could not be built:\n${build.output}`);
  const folder = await mkdtemp(join(tmpdir(), 'waybill-packed-'));
  const packed: PackedPackage[] = [];
  for (const published of publishedPackages()) {
    const destination = join(folder, String(packed.length));
    const args = ['pack', '--pack-destination', destination];
    const { status, output } = await runProgram('pnpm', args, { cwd: published.folder });
    if (status !== 0) throw new Error(`${published.manifest.name} could not be packed:\n${output}`);
    const [name = ''] = await readdir(destination);
    packed.push({ ...published, tarball: join(destination, name) });
  }
  return { folder, packed };
};
