import { expect, test } from 'vitest';
import { BrokerNotAvailable } from '../broker-not-available.ts';
import { findInstallation } from './installation.ts';
import type { Recipe } from './recipe.ts';

const recipe: Recipe = {
  kind: 'elasticmq',
  packages: [],
  findPrograms: () => '/usr/bin',
  prepare: async () => Promise.reject(new Error('no server of this file is started')),
};

const find = (fetch: NonNullable<Recipe['fetch']>) => findInstallation({ ...recipe, fetch }, 'any', () => undefined);

test('what a registry brings takes the place of the programs that fetched it', async () => {
  expect(await find(async (programs) => `${programs}/fetched`)).toEqual({ root: '/', programs: '/usr/bin/fetched' });
});

test('what a registry does not bring is not available, with the last word of its client', async () => {
  const refused = find(() => Promise.reject(new Error('Command failed: mvn\n[ERROR] no such artifact\n')));
  await expect(refused).rejects.toBeInstanceOf(BrokerNotAvailable);
  await expect(refused).rejects.toMatchObject({ reason: 'elasticmq could not be fetched: [ERROR] no such artifact' });
});
