import type { OpenHarness } from './harness/harness.ts';
import { registerSuite } from './register-suite.ts';
import type { RegisterOptions, TestRunner } from './register-suite.ts';
import { transportSuite } from './transport-suite.ts';

/**
 * One test for each property of a transport, side by side as far as they may. What cannot be told here is skipped with its reason; one that
 * had a verdict in the kept matrix and has lost its cases is a failure.
 */
export function registerConformance(runner: TestRunner, openHarness: OpenHarness, options: RegisterOptions = {}): void {
  registerSuite(transportSuite, runner, openHarness, options);
}
