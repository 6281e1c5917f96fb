import { expect, test } from 'vitest';
import { loadPlatformatic } from './load-platformatic.ts';

test('a package that is not there is named, with what installs it', async () => {
  const missing = (): Promise<never> => Promise.reject(new Error("Cannot find package '@platformatic/kafka'"));
  await expect(loadPlatformatic(missing)).rejects.toMatchObject({
    reason: 'client-missing',
    message: expect.stringContaining('npm install @platformatic/kafka') as string,
  });
});

test('the package that is there is loaded', async () => {
  await expect(loadPlatformatic()).resolves.toHaveProperty('ConnectionPool');
});
