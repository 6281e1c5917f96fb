import { expect, test } from 'vitest';
import { findHarness } from './find-harness.ts';
import { UsageError } from './usage-error.ts';

// Tests run at the root of the repository, as the command does.
test.each([
  [{ transport: 'memory' }, 'packages/transport-memory/src/conformance/harness.ts'],
  [{ store: 'memory' }, 'packages/conformance/src/stores/memory/harness.ts'],
  [{ store: 'postgres' }, 'packages/store-postgres/src/conformance/harness.ts'],
  [{ store: 'pglite' }, 'packages/store-postgres/src/conformance/pglite-harness.ts'],
  [{ harness: 'package.json' }, 'package.json'],
])('%o means %s', (choice, file) => {
  expect(findHarness(choice)).toBe(file);
});

test.each([
  [{}, 'Say which'],
  [{ store: 'oracle' }, "There is no store 'oracle'"],
  [{ transport: '../../etc' }, "There is no transport '../../etc'"],
  [{ harness: 'nowhere.ts' }, 'There is no harness nowhere.ts'],
])('%o is refused with what is wrong', (choice, text) => {
  expect(() => findHarness(choice)).toThrow(UsageError);
  expect(() => findHarness(choice)).toThrow(text);
});
