import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planInvocation } from './invocation-time.ts';

const timeouts = fc.integer({ min: 1, max: 900_000 });

test('whatever the time-out: work, end, clean-up and answer follow each other before it', () => {
  fc.assert(
    fc.property(timeouts, timeouts, (atBeginMs, gone) => {
      const nowMs = Math.max(0, atBeginMs - gone);
      const { startMs, abortMs, answerMs } = planInvocation({ atBeginMs, nowMs });
      expect(startMs).toBeLessThan(abortMs);
      expect(abortMs).toBeLessThan(answerMs);
      expect(answerMs).toBeLessThanOrEqual(nowMs);
      expect(nowMs - startMs).toBeLessThanOrEqual(10_000);
    }),
  );
});

test('a warm container always has time to work', () => {
  fc.assert(
    fc.property(timeouts, (atBeginMs) => {
      expect(planInvocation({ atBeginMs, nowMs: atBeginMs }).startMs).toBeGreaterThanOrEqual(atBeginMs * 0.79);
    }),
  );
});
