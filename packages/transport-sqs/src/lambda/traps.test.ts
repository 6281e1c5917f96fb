import { expect, test } from 'vitest';
import { lambdaStage, RunStep } from '../testing/lambda/lambda-stage.ts';
import type { LambdaStage, Step } from '../testing/lambda/lambda-stage.ts';
import type { LambdaSqsEvent } from './lambda-event.ts';

/** S14: each trap of a FIFO batch, what a function that falls into it does, and what this one does. */

const nameOf = ({ order, step }: Step): string => `${order}${step}`;
const stepOf = (body: string): Step => JSON.parse(body) as Step;

/** A step that fails the first time, and what was done in which order. */
function unluckyWork(unlucky: string) {
  const done: string[] = [];
  let failures = 0;
  return {
    done,
    work: (step: Step): void => {
      if (nameOf(step) === unlucky && failures === 0) {
        failures += 1;
        throw new Error('the bank is closed');
      }
      done.push(nameOf(step));
    },
  };
}

const functionTimeoutMs = 30_000;

async function playNaive(stage: LambdaStage, invoke: (event: LambdaSqsEvent) => Promise<unknown>): Promise<void> {
  await stage.send('a1', 'a2', 'b1');
  const source = await stage.source({ functionTimeoutMs, invoke });
  await stage.clock.advance(1_000_000);
  await stage.clock.runUntil(source.stop());
}

test('a function that goes on after a failure and names only that turns the steps of an order round', async () => {
  const { done, work } = unluckyWork('a1');
  await playNaive(lambdaStage(), async ({ Records: records }) => {
    const batchItemFailures = [];
    for (const { body, messageId } of records) {
      try {
        work(stepOf(body));
      } catch {
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  });
  expect(done).toEqual(['a2', 'b1', 'a1']);
});

test('a function that throws does the other orders again', async () => {
  const { done, work } = unluckyWork('b1');
  await playNaive(lambdaStage(), async ({ Records: records }) => {
    for (const { body } of records) work(stepOf(body));
  });
  expect(done).toEqual(['a1', 'a2', 'a1', 'a2', 'b1']);
});

test('a function that catches its errors and returns nothing loses the step', async () => {
  const { done, work } = unluckyWork('a1');
  await playNaive(lambdaStage(), async ({ Records: records }) => {
    for (const { body } of records) {
      try {
        work(stepOf(body));
      } catch {
        // Logged, and forgotten.
      }
    }
    return {};
  });
  expect(done).toEqual(['a2', 'b1']);
});

test.each([
  ['in the lane', 200],
  ['only in the next batch, when there is no time for it in this one', 60_000],
])(
  'ours keeps the order, does nothing twice and loses nothing when the step is tried again %s',
  async (_, backoffMs) => {
    const { done, work } = unluckyWork('a1');
    const retry = { backoffMs, backoffMsMax: backoffMs, jitter: 0 };
    const stage = lambdaStage({ handler: () => work, handlerOptions: { retry } });
    await stage.send('a1', 'a2', 'b1');
    const source = await stage.source({ functionTimeoutMs });
    await stage.clock.advance(10_000_000);
    await stage.clock.runUntil(source.stop());
    expect(done.toSorted()).toEqual(['a1', 'a2', 'b1']);
    expect(done.filter((step) => step.startsWith('a'))).toEqual(['a1', 'a2']);
    expect(source.timeouts()).toBe(0);
  },
);

/** Receives that no function sees, as while its concurrency is used up elsewhere. */
const throttledTimes = (times: number): (() => boolean) => {
  let left = times;
  return () => {
    left -= 1;
    return left >= 0;
  };
};

test('throttling alone moves a message to a redrive queue of five receives, and nobody has tried it', async () => {
  const stage = lambdaStage();
  await stage.send('a1');
  let invoked = 0;
  const source = await stage.source({
    functionTimeoutMs,
    receivesMax: 5,
    isThrottled: throttledTimes(5),
    invoke: async () => {
      invoked += 1;
    },
  });
  await stage.clock.advance(2_000_000);
  expect(source.moved).toHaveLength(1);
  expect(invoked).toBe(0);
  await stage.clock.runUntil(source.stop());
});

test('ours gives a message that was throttled fifty times all of its tries', async () => {
  const tries: number[] = [];
  const stage = lambdaStage({
    handler:
      () =>
      (_, { envelope }) => {
        tries.push(envelope.attempt);
        if (tries.length < 5) throw new Error('not yet');
      },
  });
  await stage.send('a1');
  // The net under the queue, as this transport makes it: `deliveryLimit`.
  const source = await stage.source({ functionTimeoutMs, receivesMax: 1000, isThrottled: throttledTimes(50) });
  await stage.clock.advance(10_000_000);
  await stage.clock.runUntil(source.stop());
  expect(tries).toEqual([1, 2, 3, 4, 5]);
  expect(source.moved).toEqual([]);
  expect(stage.deadLettered(RunStep)).toEqual([]);
});

test('a function that is still at work at its time-out does everything again, what it had done included', async () => {
  const stage = lambdaStage();
  const done: string[] = [];
  await stage.send('a1', 'b1');
  const source = await stage.source({
    functionTimeoutMs: 3000,
    invoke: async ({ Records: records }) => {
      for (const { body } of records) {
        const step = nameOf(stepOf(body));
        await stage.clock.sleep(step === 'b1' && done.length === 1 ? 60_000 : 10);
        done.push(step);
      }
    },
  });
  await stage.clock.advance(200_000);
  expect(source.timeouts()).toBe(1);
  expect(done.filter((step) => step === 'a1')).toHaveLength(2);
  await stage.clock.runUntil(source.stop());
});

test('ours answers in time, with what has not ended', async () => {
  const done: string[] = [];
  let slow = 0;
  const stage = lambdaStage({
    handler:
      ({ sleep }) =>
      async (step, { signal }) => {
        if (nameOf(step) === 'b1' && slow === 0) {
          slow += 1;
          await sleep(60_000, signal);
          signal.throwIfAborted();
        }
        done.push(nameOf(step));
      },
  });
  await stage.send('a1', 'b1', 'b2');
  const source = await stage.source({ functionTimeoutMs: 3000 });
  await stage.clock.advance(10_000_000);
  await stage.clock.runUntil(source.stop());
  expect(source.timeouts()).toBe(0);
  expect(done).toEqual(['a1', 'b1', 'b2']);
});
