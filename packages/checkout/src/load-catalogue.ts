import { readFile } from 'node:fs/promises';
import { parseCatalogue } from './domain/catalogue.ts';
import type { Catalogue } from './domain/catalogue.ts';

/** The catalogue that ships with the shop. @throws `invalid-catalogue` */
export async function loadCatalogue(file = new URL('../catalogue.json', import.meta.url)): Promise<Catalogue> {
  const json: unknown = JSON.parse(await readFile(file, 'utf8'));
  return parseCatalogue(json);
}
