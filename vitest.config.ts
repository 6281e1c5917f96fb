import { defineConfig } from 'vitest/config';

/**
 * A project is chosen by the file name alone, so that nobody has to register a test. Those of a later group begin when the earlier ones have
 * ended.
 */
const project = (name: string, include: readonly string[], exclude: readonly string[] = [], groupOrder = 0) => ({
  extends: true as const,
  test: {
    name,
    include: [...include],
    exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
    sequence: { groupOrder },
  },
});

const special = ['**/*.property.test.ts', '**/*.int.test.ts', '**/*.conformance.test.ts'];

export default defineConfig({
  // Workspace packages are tested from their sources; the built files are checked on the packed tarballs.
  ssr: { resolve: { conditions: ['source', 'node', 'development|production'] } },
  test: {
    passWithNoTests: true,
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'], special),
      project('property', ['packages/*/src/**/*.property.test.ts']),
      project('integration', ['packages/*/src/**/*.int.test.ts', 'scripts/**/*.int.test.ts']),
      // They wait for what must not happen within a time, and so have the machine for themselves.
      project('conformance', ['packages/*/src/**/*.conformance.test.ts'], [], 1),
    ],
  },
});
