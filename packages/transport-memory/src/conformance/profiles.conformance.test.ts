import { cases, propertyIds, registerConformance } from '@waybill/conformance';
import * as vitest from 'vitest';
import { createProfileHarness } from './profile-harness.ts';
import { profileLevels } from './profile-levels.ts';

// They mostly wait: for leases that end, and for what never comes.
vitest.vi.setConfig({ maxConcurrency: 16 });

// Not Firehose, from which nobody receives, and not CloudTrail, which models what loses messages and leaves bodies out.
vitest.describe.each(['sqs-standard', 'sqs-fifo', 'sns-to-sqs', 'sns-fifo-to-sqs-fifo'] as const)('%s', (name) => {
  registerConformance(vitest, async () => createProfileHarness(name));

  vitest.test('every property but the one that needs a cluster has a case', ({ expect }) => {
    const hasCase = (id: (typeof propertyIds)[number]): boolean => {
      const kind = profileLevels[name][id].level === 'unsupported' ? 'negative' : 'positive';
      return cases.some((each) => each.id === id && each.kind === kind && each.modes.includes('standard'));
    };
    expect(propertyIds.filter((id) => !hasCase(id))).toEqual(['FLT-2']);
  });
});
