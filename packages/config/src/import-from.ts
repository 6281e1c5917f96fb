import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ImportPackage } from '@waybill/core';

/**
 * Loads packages as a program in `folder` would: drivers are dependencies of the application, and a strict package manager hides them
 * from this package. What is not there is then looked for from here, so that the error is that of a plain import.
 */
export function importFrom(folder: string): ImportPackage {
  const { resolve } = createRequire(join(folder, 'waybill.config.js'));
  return async (name) => (await import(resolveFrom(resolve, name) ?? name)) as object;
}

function resolveFrom(resolve: (name: string) => string, name: string): string | undefined {
  try {
    return pathToFileURL(resolve(name)).href;
  } catch {
    return undefined;
  }
}
