import { registerConformance } from '@waybill/conformance';
import * as vitest from 'vitest';
import { queueTypeOf } from './columns.ts';
import { chosenEmulator } from './emulators/chosen-emulator.ts';
import { openColumnHarness } from './harness.ts';

/** The suite over the columns of FIFO queues, or over those of standard ones: a file of tests for each. */
export function registerColumns(queueType: 'fifo' | 'standard'): void {
  const emulator = chosenEmulator(process.env);
  const guarantees = new URL('../../../../docs/guarantees/', import.meta.url);
  const columns = emulator.columns.filter((column) => queueTypeOf(column) === queueType);
  vitest.describe.each(columns)('%s', (column) => {
    registerConformance(vitest, () => openColumnHarness(column, emulator), { guarantees });
  });
}
