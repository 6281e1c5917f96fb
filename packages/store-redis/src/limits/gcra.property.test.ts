import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gcra } from './gcra.ts';
import type { GcraLimit } from './gcra.ts';

const rates = fc
  .record({
    requests: fc.integer({ min: 1, max: 1000 }),
    periodMs: fc.integer({ min: 1, max: 60_000 }),
    burst: fc.integer({ min: 1, max: 50 }),
  })
  .filter(({ requests, periodMs }) => requests / periodMs <= 1000);

const arrivals = fc.array(
  fc.record({ waitUs: fc.integer({ min: 0, max: 2_000_000 }), cost: fc.integer({ min: 1, max: 5 }) }),
  { maxLength: 100 },
);

const limitOf = ({ requests, periodMs, burst }: { requests: number; periodMs: number; burst: number }): GcraLimit => {
  const intervalUs = (periodMs * 1000) / requests;
  return { intervalUs, capacityUs: intervalUs * burst };
};

test('as a bucket of tokens that fills with time: the same requests pass', () => {
  fc.assert(
    fc.property(rates, arrivals, (rate, requests) => {
      const limit = limitOf(rate);
      let tokens = rate.burst;
      let nowUs = 0;
      let arrivalUs = 0;
      for (const { waitUs, cost } of requests) {
        nowUs += waitUs;
        tokens = Math.min(rate.burst, tokens + waitUs / limit.intervalUs);
        const verdict = gcra(limit, arrivalUs, nowUs, cost);
        // Within the rounding either answer is right; the model follows.
        if (Math.abs(tokens - cost) * limit.intervalUs > 1) expect(verdict.isAllowed).toBe(tokens >= cost);
        if (verdict.isAllowed) tokens -= cost;
        arrivalUs = verdict.nextUs;
        expect(Math.abs(verdict.remaining - Math.floor(Math.max(0, tokens)))).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('in any window no more passes than the burst and what the window brings', () => {
  fc.assert(
    fc.property(rates, arrivals, (rate, requests) => {
      const limit = limitOf(rate);
      const passed: { readonly atUs: number; readonly cost: number }[] = [];
      let nowUs = 0;
      let arrivalUs = 0;
      for (const { waitUs, cost } of requests) {
        nowUs += waitUs;
        const verdict = gcra(limit, arrivalUs, nowUs, cost);
        arrivalUs = verdict.nextUs;
        if (verdict.isAllowed) passed.push({ atUs: nowUs, cost });
      }
      for (const [from, first] of passed.entries()) {
        let total = 0;
        for (const { atUs, cost } of passed.slice(from)) {
          total += cost;
          expect(total).toBeLessThanOrEqual(rate.burst + (atUs - first.atUs + 1) / limit.intervalUs + 1e-6);
        }
      }
    }),
  );
});

test('who comes when it was told to passes, and who comes earlier does not', () => {
  fc.assert(
    fc.property(rates, arrivals, (rate, requests) => {
      const limit = limitOf(rate);
      let nowUs = 0;
      let arrivalUs = 0;
      for (const { waitUs, cost } of requests) {
        nowUs += waitUs;
        const verdict = gcra(limit, arrivalUs, nowUs, cost);
        arrivalUs = verdict.nextUs;
        if (verdict.isAllowed) continue;
        expect(verdict.retryAfterUs === Number.POSITIVE_INFINITY).toBe(cost > rate.burst);
        if (cost > rate.burst) continue;
        expect(gcra(limit, arrivalUs, nowUs + verdict.retryAfterUs, cost).isAllowed).toBe(true);
        if (verdict.retryAfterUs <= 2) continue;
        expect(gcra(limit, arrivalUs, nowUs + verdict.retryAfterUs - 2, cost).isAllowed).toBe(false);
      }
    }),
  );
});

test('a clock that was set back by an hour holds a key up no longer than an empty one', () => {
  const limit = limitOf({ requests: 10, periodMs: 1000, burst: 10 });
  const hourUs = 3_600_000_000;
  const { retryAfterUs } = gcra(limit, hourUs, 0, 1);
  expect(retryAfterUs).toBe(100_000);
});
