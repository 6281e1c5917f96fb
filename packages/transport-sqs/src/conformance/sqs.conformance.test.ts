import { registerConformance } from '@waybill/conformance';
import * as vitest from 'vitest';
import { openColumnHarness } from './harness.ts';

vitest.describe.each(['sqs-fifo', 'sqs-standard', 'sns-fifo', 'sns-standard'] as const)('%s', (column) => {
  registerConformance(vitest, () => openColumnHarness(column));
});
