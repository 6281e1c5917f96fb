import { registerConformance } from '@waybill/conformance';
import * as vitest from 'vitest';
import { openHarness } from './harness.ts';

registerConformance(vitest, openHarness, {
  guarantees: new URL('../../../../docs/guarantees/', import.meta.url),
});
