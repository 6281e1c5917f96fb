import { afterEach, expect, test, vi } from 'vitest';
import { BrokerNotAvailable } from './broker-not-available.ts';
import { findBroker } from './find-broker.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('what cannot be had has not run, and says so with the reason and the remedy', async () => {
  vi.stubEnv('CI', undefined);
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await findBroker('redis', 'order on Redis', { origins: [] })).toBeUndefined();
  expect(write.mock.calls).toEqual([
    ['NOT RUN order on Redis: none was found by way of nothing. Allow more origins.\n'],
  ]);
});

test('what cannot be had on a build server is a failure', async () => {
  vi.stubEnv('CI', 'true');
  await expect(findBroker('redis', 'order on Redis', { origins: [] })).rejects.toThrow(BrokerNotAvailable);
});
