import { defineConfig } from 'vitest/config';

/**
 * A project is chosen by the file name alone, so that nobody has to register a test. Those of a later group begin when the earlier ones have
 * ended.
 */
const project = (name: string, { include, exclude = [], groupOrder = 0, maxWorkers }: ProjectOptions) => ({
  extends: true as const,
  test: {
    name,
    include: [...include],
    exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
    sequence: { groupOrder },
    ...(maxWorkers === undefined ? {} : { maxWorkers }),
  },
});

interface ProjectOptions {
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  readonly groupOrder?: number;
  /** Files at once. Default one less than there are cores. */
  readonly maxWorkers?: number;
}

const special = ['**/*.property.test.ts', '**/*.int.test.ts', '**/*.conformance.test.ts'];

export default defineConfig({
  // Workspace packages are tested from their sources; the built files are checked on the packed tarballs.
  ssr: { resolve: { conditions: ['source', 'node', 'development|production'] } },
  test: {
    passWithNoTests: true,
    // Nothing here is a measure of time: on a machine that does other things as well a test may take as long as it needs.
    testTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      project('unit', { include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'], exclude: special }),
      project('property', { include: ['packages/*/src/**/*.property.test.ts'] }),
      // They wait for servers most of the time.
      project('integration', {
        include: ['packages/*/src/**/*.int.test.ts', 'scripts/**/*.int.test.ts'],
        groupOrder: 1,
        maxWorkers: 2,
      }),
      // They wait for what must not happen within a time, and so have the machine for themselves.
      project('conformance', { include: ['packages/*/src/**/*.conformance.test.ts'], groupOrder: 2 }),
    ],
  },
});
