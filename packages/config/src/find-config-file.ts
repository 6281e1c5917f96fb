import { access, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BusError } from '@waybill/core';

const namePattern = /^waybill\.config\.(?:json|ya?ml|m?ts|m?js)$/;

/**
 * The path of the configuration file; `undefined` when none was named and there is none.
 * @throws `config-not-found` for a named file that is not there, `invalid-config` for two of them
 */
export async function findConfigFile(cwd: string, named: string | undefined): Promise<string | undefined> {
  if (named !== undefined) return requireFile(resolve(cwd, named));
  const found = (await namesIn(cwd)).filter((name) => namePattern.test(name)).toSorted();
  if (found.length > 1) {
    throw new BusError({
      code: 'invalid-config',
      message: `There are ${found.length} configurations in ${cwd}: ${found.join(', ')}.`,
      remedy: 'Keep one, or name the one that counts with `file`.',
    });
  }
  return found[0] === undefined ? undefined : join(cwd, found[0]);
}

async function requireFile(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch (cause) {
    throw new BusError({ code: 'config-not-found', message: `There is no readable file ${path}.`, cause });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new BusError({ code: 'config-not-found', message: `The folder ${folder} cannot be read.`, cause });
  }
}
