import { expect, test } from 'vitest';
import { contextOf, eventFor, invokeOnce } from '../testing/lambda/invoke-once.ts';
import { lambdaStage, RunStep } from '../testing/lambda/lambda-stage.ts';
import type { LambdaStage } from '../testing/lambda/lambda-stage.ts';

/** A function whose bus takes its time to start, or fails to. */
function startingStage(startMs: number, failures = 0): { readonly stage: LambdaStage; readonly starts: () => number } {
  let starts = 0;
  const stage: LambdaStage = lambdaStage({
    change: ({ ensureTopology }) => ({
      ensureTopology: async (topology) => {
        starts += 1;
        await stage.clock.sleep(startMs);
        if (starts <= failures) throw new Error('no route to SQS');
        await ensureTopology(topology);
      },
      openReceiver: () => Promise.reject(new Error('a function does not poll')),
    }),
  });
  return { stage, starts: () => starts };
}

test('a container starts its bus once, also when two first invocations race', async () => {
  const { stage, starts } = startingStage(500);
  const [first, second, third] = [
    await eventFor(stage, 'a1'),
    await eventFor(stage, 'b1'),
    await eventFor(stage, 'c1'),
  ];
  const racing = Promise.all([first, second].map((event) => stage.handler(event, contextOf(stage, 30_000))));
  expect(await stage.clock.runUntil(racing)).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
  expect(await invokeOnce(stage, third)).toEqual({ back: [], tookMs: 0 });
  expect(starts()).toBe(1);
  expect(stage.handled(RunStep)).toHaveLength(3);
});

test('a start that failed fails the invocation, so that its batch comes again, and is tried at the next one', async () => {
  const { stage, starts } = startingStage(500, 2);
  const event = await eventFor(stage, 'a1');
  const racing = [1, 2].map(() => stage.handler(event, contextOf(stage, 30_000)));
  const ends = await stage.clock.runUntil(Promise.allSettled(racing));
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(stage.clock.runUntil(stage.handler(event, contextOf(stage, 30_000)))).rejects.toThrow('no route');
  expect(stage.handled(RunStep)).toEqual([]);
  expect((await invokeOnce(stage, event)).back).toEqual([]);
  expect(starts()).toBe(3);
});

test('a start that takes all the time leaves the batch unstarted', async () => {
  const { stage } = startingStage(25_000);
  const event = await eventFor(stage, 'a1', 'a2', 'b1');
  expect(await invokeOnce(stage, event, 30_000)).toEqual({ back: ['a1', 'a2', 'b1'], tookMs: 25_000 });
  expect(stage.handled(RunStep)).toEqual([]);
  expect((await invokeOnce(stage, event, 30_000)).back).toEqual([]);
});
