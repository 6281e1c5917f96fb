import { registerConformance } from '@waybill/conformance';
import * as vitest from 'vitest';
import { createProfileHarness } from './profile-harness.ts';

// They mostly wait: for leases that end, and for what never comes.
vitest.vi.setConfig({ maxConcurrency: 16 });

// Not Firehose, from which nobody receives, and not CloudTrail, which models what loses messages and leaves bodies out.
vitest.describe.each(['sqs-standard', 'sqs-fifo', 'sns-to-sqs', 'sns-fifo-to-sqs-fifo'] as const)('%s', (name) => {
  registerConformance(vitest, async () => createProfileHarness(name));
});
