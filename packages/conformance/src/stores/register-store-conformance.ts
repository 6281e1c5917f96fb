import { registerSuite } from '../register-suite.ts';
import type { RegisterOptions, TestRunner } from '../register-suite.ts';
import type { OpenStoreHarness } from './harness/store-harness.ts';
import { storeSuite } from './store-suite.ts';

/** One test for each property of a store, as `registerConformance` has them for a transport. */
export function registerStoreConformance(
  runner: TestRunner,
  openStoreHarness: OpenStoreHarness,
  options: RegisterOptions = {},
): void {
  registerSuite(storeSuite, runner, openStoreHarness, options);
}
