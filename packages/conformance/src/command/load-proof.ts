import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OpenHarness } from '../harness/harness.ts';
import type { OpenStoreHarness } from '../stores/harness/store-harness.ts';
import { storeSuite } from '../stores/store-suite.ts';
import { transportSuite } from '../transport-suite.ts';
import { findHarness } from './find-harness.ts';
import type { HarnessChoice } from './find-harness.ts';
import { proveAll } from './prove-all.ts';
import type { ProveOptions } from './prove-all.ts';
import { UsageError } from './usage-error.ts';

interface HarnessModule {
  readonly openHarness?: OpenHarness;
  readonly openStoreHarness?: OpenStoreHarness;
}

/**
 * The run that the command line means; answers with the exit status.
 * @throws UsageError
 */
export async function loadProof(choice: HarnessChoice): Promise<(options: ProveOptions) => Promise<number>> {
  const file = findHarness(choice);
  const { openHarness, openStoreHarness } = (await import(pathToFileURL(resolve(file)).href)) as HarnessModule;
  if (openStoreHarness !== undefined) return (options) => proveAll(storeSuite, openStoreHarness, options);
  if (openHarness !== undefined) return (options) => proveAll(transportSuite, openHarness, options);
  throw new UsageError(`${file} exports neither openHarness nor openStoreHarness.`);
}
