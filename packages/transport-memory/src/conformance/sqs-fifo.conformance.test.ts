import { cases, declareLevel, runSuite } from '@waybill/conformance';
import type { PropertyId, PropertyLevels } from '@waybill/conformance';
import { expect, test } from 'vitest';
import { createMemoryBroker } from '../broker/memory-broker.ts';
import { sqsFifo } from '../profiles/sqs-fifo.ts';
import { withParameters } from '../profiles/with-parameters.ts';
import { createHarness } from './harness.ts';
import { memoryLevels } from './memory-levels.ts';

/** What the profile can and `plain` cannot, and the other way round. */
const known = ['DUP-1', 'DUP-2', 'DUP-5', 'DUP-7'] as const;
const refused = ['DUP-6', 'FAN-1', 'FAN-6', 'FAN-8', 'RTY-12'] as const;

const levels: PropertyLevels = {
  ...memoryLevels,
  ...declareLevel('native', 'the broker knows an identity for its window', known),
  ...declareLevel('unsupported', 'a queue has one group', refused),
};

test('a broker with a window of identities and without fan-out gives the one and refuses the other', async () => {
  // The window of five minutes, shortened to what a test may wait.
  const profile = withParameters(sqsFifo, { deduplicationMs: 400 });
  const harness = { ...createHarness(createMemoryBroker({ profile })), product: 'profile sqs-fifo', levels };
  const { results } = await runSuite({ harness, cases, only: [...known, ...refused] });
  const told = results.map(({ id, verdict, reason }) => [id, `${verdict}${reason}`] as const);
  const due = (ids: readonly PropertyId[], verdict: string) => ids.map((id) => [id, verdict] as const);
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries([...due(known, 'pass'), ...due(refused, 'negative-pass')]),
  );
}, 60_000);
