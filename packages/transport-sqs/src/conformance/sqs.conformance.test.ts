import { registerConformance } from '@waybill/conformance';
import * as vitest from 'vitest';
import { chosenEmulator } from './emulators/chosen-emulator.ts';
import { openColumnHarness } from './harness.ts';

const emulator = chosenEmulator(process.env);
const guarantees = new URL('../../../../docs/guarantees/', import.meta.url);

vitest.describe.each(emulator.columns)('%s', (column) => {
  registerConformance(vitest, () => openColumnHarness(column, emulator), { guarantees });
});
