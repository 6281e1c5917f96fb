import type { Handler, MemoryTables } from '@waybill/core';
import { seededRandom } from '@waybill/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lambdaStage } from '../testing/lambda/lambda-stage.ts';
import type { LambdaStageOptions, Step } from '../testing/lambda/lambda-stage.ts';

const scenario = fc.record({
  seed: fc.integer(),
  queueType: fc.constantFrom('fifo' as const, 'standard' as const),
  messages: fc.integer({ min: 1, max: 60 }),
  orders: fc.integer({ min: 1, max: 8 }),
  functionTimeoutMs: fc.constantFrom(500, 3000, 30_000),
  /** Longest work of a step, in parts of the time-out: some of it never fits into what is left. */
  workShare: fc.double({ min: 0, max: 0.4, noNaN: true }),
  backoffMs: fc.constantFrom(1, 200, 5000),
  failures: fc.double({ min: 0, max: 0.4, noNaN: true }),
  lostAnswers: fc.double({ min: 0, max: 0.3, noNaN: true }),
  throttled: fc.double({ min: 0, max: 0.3, noNaN: true }),
  concurrency: fc.integer({ min: 1, max: 10 }),
  invocations: fc.integer({ min: 1, max: 3 }),
  ignoresSignal: fc.boolean(),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Input> ? Input : never;

/** A step takes its time, may fail, and writes itself down behind the earlier ones of its order. */
function stepHandler(input: Scenario, random: () => number): NonNullable<LambdaStageOptions['handler']> {
  return ({ sleep }): Handler<Step, MemoryTables> =>
    async ({ order, step }, { transaction, signal }) => {
      await sleep(random() * input.workShare * input.functionTimeoutMs, input.ignoresSignal ? undefined : signal);
      if (!input.ignoresSignal) signal.throwIfAborted();
      if (random() < input.failures) throw new Error('the bank is closed');
      const done = transaction?.table<{ readonly steps: readonly number[] }>('orders');
      done?.put(order, { steps: [...(done.get(order)?.steps ?? []), step] });
    };
}

/** Runs everything through the function until the queue is empty, and answers with the steps of each order as they took effect. */
async function play(input: Scenario) {
  const random = seededRandom(input.seed);
  const retry = {
    attemptsMax: 1_000_000,
    elapsedMsMax: 1e12,
    backoffMs: input.backoffMs,
    backoffMsMax: input.backoffMs,
  };
  const stage = lambdaStage({
    queueType: input.queueType,
    handler: stepHandler(input, random),
    handlerOptions: {
      effect: 'once',
      order: input.queueType === 'fifo' ? 'per-key' : 'none',
      retry,
      concurrency: input.concurrency,
    },
    leaseMs: input.functionTimeoutMs * 6,
  });
  const counts = new Map<string, number>();
  const steps = Array.from({ length: input.messages }, () => {
    const order = String.fromCodePoint(97 + Math.floor(random() * input.orders));
    const step = (counts.get(order) ?? 0) + 1;
    counts.set(order, step);
    return `${order}${step}`;
  });
  await stage.send(...steps);
  const source = await stage.source({
    functionTimeoutMs: input.functionTimeoutMs,
    concurrency: input.invocations,
    isThrottled: () => random() < input.throttled,
    invoke: async (event, context) => {
      const response = await stage.handler(event, context);
      if (random() < input.lostAnswers) throw new Error('the answer never reached Lambda');
      return response;
    },
  });
  const isEmpty = async (): Promise<boolean> => {
    const { ready, inFlight } = await stage.transport.inspect({
      kind: 'command',
      channel: 'run-step',
      group: 'handler',
    });
    return ready === 0 && inFlight === 0;
  };
  for (let rounds = 0; rounds < 2000 && !(await isEmpty()); rounds += 1)
    await stage.clock.advance(input.functionTimeoutMs);
  await stage.clock.runUntil(source.stop());
  const effects = stage.store.tables.table<{ readonly steps: readonly number[] }>('orders');
  return { stage, source, counts, stepsOf: (order: string) => effects.get(order)?.steps ?? [] };
}

test('whatever fails, is throttled, lost or out of time: every step has one effect, in the order of its key on FIFO, and no function is killed', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (input) => {
      const { stage, source, counts, stepsOf } = await play(input);
      for (const [order, count] of counts) {
        const expected = Array.from({ length: count }, (_, place) => place + 1);
        const steps =
          input.queueType === 'fifo' ? stepsOf(order) : stepsOf(order).toSorted((one, other) => one - other);
        expect(steps).toEqual(expected);
      }
      expect(source.timeouts()).toBe(0);
      expect(stage.events.filter(({ event }) => event === 'dead-lettered')).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
