import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { whyNoOtherRelease } from './debian-releases.ts';
import { unpackRelease } from './unpack-release.ts';

// That packages are fetched and run is shown by the RabbitMQ of another release, which is fetched once on each machine.
test.runIf(whyNoOtherRelease() === undefined)(
  'a release that cannot be fetched leaves nothing, and what a killed process left is removed',
  { timeout: 60_000 },
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'waybill-cache-'));
    vi.stubEnv('XDG_CACHE_HOME', home);
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(home, { recursive: true });
    });
    const cache = join(home, 'waybill-brokers');
    mkdirSync(join(cache, 'unpacking-4000000-1-killed'), { recursive: true });
    await expect(unpackRelease('no-such-release', ['netbase'], () => undefined)).rejects.toThrow(/no-such-release/);
    expect(readdirSync(cache)).toEqual([]);
  },
);
