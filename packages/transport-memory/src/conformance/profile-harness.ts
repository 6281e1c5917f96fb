import type { Harness } from '@waybill/conformance';
import { createMemoryBroker } from '../broker/memory-broker.ts';
import { profiles } from '../profiles/profiles.ts';
import type { ProfileName } from '../profiles/profiles.ts';
import { withParameters } from '../profiles/with-parameters.ts';
import { createHarness } from './harness.ts';
import { profileLevels } from './profile-levels.ts';

/** A broker of the profile, with what a test cannot wait for made short and what it cannot foresee left to other tests. */
export function createProfileHarness(name: ProfileName & keyof typeof profileLevels): Harness {
  const { parameters } = profiles[name];
  const profile = withParameters(profiles[name], {
    // Five minutes on AWS.
    deduplicationMs: Math.min(parameters.deduplicationMs.value, 400),
    topicDeduplicationMs: Math.min(parameters.topicDeduplicationMs.value, 400),
    // A copy by chance would count against whoever is looked at; `sqs-scenarios.test.ts` has them.
    duplicateProbability: 0,
    // The most that a redrive policy can say: cases kill and replace more consumers than the usual five.
    attemptsMax: 1000,
  });
  const harness = createHarness(createMemoryBroker({ profile }));
  const isSilent = parameters.lateSettlement.value === 'works-if-latest';
  const silence = { lateAnswers: 'DeleteMessage with an old receipt succeeds and does nothing' };
  return {
    ...harness,
    product: `in-process broker, profile ${name}`,
    levels: profileLevels[name],
    absent: { ...harness.absent, ...(isSilent ? silence : {}) },
  };
}
