import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from './usage-error.ts';

/**
 * A module that runs in this repository only: it knows its stores and transports by their files, and is not published.
 * @throws UsageError elsewhere
 */
export async function loadFromRepository<Module>(name: string, file: string): Promise<Module> {
  if (!existsSync(file)) throw new UsageError(`${name} in the repository of Waybill only.`);
  return (await import(pathToFileURL(resolve(file)).href)) as Module;
}
