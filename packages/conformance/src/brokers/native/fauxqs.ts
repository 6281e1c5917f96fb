import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { probeEmulator } from '../probe/probe-emulator.ts';
import { freePorts } from './free-ports.ts';
import type { Recipe } from './recipe.ts';

// Its own command listens on all addresses and cannot be told otherwise.
const script = `
const [module, port, options] = process.argv.slice(1);
const { buildApp } = await import(module);
await buildApp(JSON.parse(options)).listen({ host: '127.0.0.1', port: Number(port) });
`;

/** fauxqs in memory, in a Node process of its own. Settings are options of its `buildApp`, such as `defaultRegion`. */
export const fauxqsRecipe: Recipe = {
  kind: 'fauxqs',
  packages: [],
  findPrograms: () => dirname(process.execPath),
  prepare: async (_programs, _folder, { configuration }) => {
    const [port = 0] = await freePorts(1);
    const { module, version } = installedFauxqs();
    const options = JSON.stringify({ logger: false, ...configuration });
    return {
      address: `http://127.0.0.1:${port}`,
      programs: [
        {
          command: process.execPath,
          arguments: ['--input-type=module', '--eval', script, module, String(port), options],
          environment: { NODE_OPTIONS: '' },
        },
      ],
      endSignal: 'SIGTERM',
      probe: async () => ({ ...(await probeEmulator('fauxqs', { host: '127.0.0.1', port })), version }),
    };
  },
};

function installedFauxqs(): { readonly module: string; readonly version: string } {
  const file = findPackageJSON('fauxqs', import.meta.url);
  if (file === undefined) throw new Error('the npm package fauxqs is not installed beside this one');
  const { main, version } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly main: string;
    readonly version: string;
  };
  return { module: pathToFileURL(join(dirname(file), main)).href, version };
}
