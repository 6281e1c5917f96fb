import { existsSync, globSync } from 'node:fs';
import { UsageError } from './usage-error.ts';

export interface HarnessChoice {
  readonly transport?: string | undefined;
  readonly store?: string | undefined;
  readonly harness?: string | undefined;
}

/**
 * The module that the command line means, relative to the working directory.
 * @throws UsageError when there is none
 */
export function findHarness({ transport, store, harness }: HarnessChoice): string {
  if (harness !== undefined) {
    if (!existsSync(harness)) throw new UsageError(`There is no harness ${harness}.`);
    return harness;
  }
  if (store !== undefined) return inRepository('store', store, storeFiles(store));
  if (transport === undefined) {
    throw new UsageError('Say which: --transport NAME, --store NAME, or --harness FILE.');
  }
  return inRepository('transport', transport, [`packages/transport-${transport}/src/conformance/harness.ts`]);
}

/** The memory store is core's own, and a package may hold several products of one store: `postgres` and `pglite`. */
const storeFiles = (name: string): readonly string[] => [
  `packages/store-${name}/src/conformance/harness.ts`,
  `packages/conformance/src/stores/${name}/harness.ts`,
  ...globSync(`packages/store-*/src/conformance/${name}-harness.ts`),
];

function inRepository(kind: string, name: string, files: readonly string[]): string {
  const file = /^[a-z0-9-]+$/u.test(name) ? files.find((each) => existsSync(each)) : undefined;
  if (file === undefined) throw new UsageError(`There is no ${kind} '${name}': no ${files[0]} here.`);
  return file;
}
