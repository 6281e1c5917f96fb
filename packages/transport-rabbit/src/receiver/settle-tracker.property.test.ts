import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSettleTracker } from './settle-tracker.ts';
import type { AckFrame } from './settle-tracker.ts';

/** What the broker does with a frame, as its channel code has it; throws where it would close the channel (406). */
const applyFrame = (unacked: Set<number>, { tag, multiple }: AckFrame): void => {
  if (!unacked.has(tag)) throw new Error(`PRECONDITION_FAILED - unknown delivery tag ${tag}`);
  for (const open of unacked) if (open === tag || (multiple && open < tag)) unacked.delete(open);
};

const steps = fc.array(
  fc.oneof(
    fc.record({ step: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ step: fc.constant('settle' as const), picks: fc.array(fc.nat({ max: 30 }), { maxLength: 8 }) }),
  ),
  { maxLength: 40 },
);

test('in any order of settling the broker settles exactly what was asked, and never closes the channel', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const tracker = createSettleTracker();
      const atBroker = new Set<number>();
      const wanted = new Set<number>();
      let lastTag = 0;
      for (const one of sequence) {
        if (one.step === 'deliver') {
          for (let index = 0; index < one.count; index += 1) {
            lastTag += 1;
            tracker.deliver(lastTag);
            atBroker.add(lastTag);
            wanted.add(lastTag);
          }
          continue;
        }
        for (const tag of one.picks) wanted.delete(tag);
        for (const frame of tracker.settle(one.picks)) applyFrame(atBroker, frame);
        expect([...atBroker]).toEqual([...wanted]);
      }
    }),
  );
});

test('what is settled from the start on goes in one frame', () => {
  const tracker = createSettleTracker();
  for (let tag = 1; tag <= 6; tag += 1) tracker.deliver(tag);
  expect(tracker.settle([2])).toEqual([{ tag: 2, multiple: false }]);
  expect(tracker.settle([1, 4, 3, 6])).toEqual([
    { tag: 4, multiple: true },
    { tag: 6, multiple: false },
  ]);
  expect(tracker.settle([6, 4])).toEqual([]);
});
