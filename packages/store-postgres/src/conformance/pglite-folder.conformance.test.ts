import { registerStoreConformance } from '@waybill/conformance';
import * as vitest from 'vitest';
import { openStoreHarness } from './pglite-folder-harness.ts';

registerStoreConformance(vitest, openStoreHarness, {
  guarantees: new URL('../../../../docs/store-guarantees/', import.meta.url),
});
