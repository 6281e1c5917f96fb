import * as vitest from 'vitest';
import { registerStoreConformance } from '../register-store-conformance.ts';
import { openStoreHarness } from './harness.ts';

registerStoreConformance(vitest, openStoreHarness, {
  guarantees: new URL('../../../../../docs/store-guarantees/', import.meta.url),
});
