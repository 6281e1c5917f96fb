import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('first-program.ts', import.meta.url));

test('the first program of the README charges once for two messages of one identity, and ends by itself', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--conditions=source', program], {
    timeout: 30_000,
  });
  expect(stdout).toBe('charged 4200 for o-1\n');
  expect(stderr).toBe('');
});
