import { expect, test } from 'vitest';
import { contextOf, eventFor, invokeOnce } from '../testing/lambda/invoke-once.ts';
import { lambdaStage, RunStep } from '../testing/lambda/lambda-stage.ts';
import type { LambdaStageOptions, Step } from '../testing/lambda/lambda-stage.ts';

const nameOf = ({ order, step }: Step): string => `${order}${step}`;

type StageHandler = NonNullable<LambdaStageOptions['handler']>;

const failing =
  (...failures: readonly string[]): StageHandler =>
  () =>
  (step) => {
    if (failures.includes(nameOf(step))) throw new Error('the bank is closed');
  };

/** No second try fits into any invocation. */
const rarely = { retry: { backoffMs: 600_000, backoffMsMax: 600_000, jitter: 0 } };

test('nothing comes back of a batch that went well, and the function ends at once', async () => {
  const stage = lambdaStage();
  const event = await eventFor(stage, 'a1', 'a2', 'b1', 'a3');
  expect(await invokeOnce(stage, event)).toEqual({ back: [], tookMs: 0 });
  expect(stage.handled(RunStep)).toHaveLength(4);
});

test('of a FIFO group the failed step and all behind it come back, unstarted; other groups are finished', async () => {
  const stage = lambdaStage({ handler: failing('a2'), handlerOptions: rarely });
  const event = await eventFor(stage, 'a1', 'b1', 'a2', 'a3', 'b2', 'a4', 'c1');
  const { back, tookMs } = await invokeOnce(stage, event);
  expect(back).toEqual(['a2', 'a3', 'a4']);
  expect(stage.handled(RunStep)).toHaveLength(4);
  expect(stage.events.filter(({ event: kind }) => kind === 'attempt-failed')).toHaveLength(1);
  expect(tookMs).toBe(24_000);
});

test('of a standard queue only what failed comes back', async () => {
  const stage = lambdaStage({
    queueType: 'standard',
    handler: failing('b1', 'd1'),
    handlerOptions: { ...rarely, order: 'none' },
  });
  const event = await eventFor(stage, 'a1', 'b1', 'c1', 'd1', 'e1');
  expect((await invokeOnce(stage, event)).back).toEqual(['b1', 'd1']);
  expect(stage.handled(RunStep)).toHaveLength(3);
});

test('groups are worked on side by side', async () => {
  const stage = lambdaStage({
    handler:
      ({ sleep }) =>
      async () =>
        sleep(1000),
  });
  const event = await eventFor(stage, 'a1', 'b1', 'c1', 'd1', 'e1', 'a2');
  expect(await invokeOnce(stage, event)).toEqual({ back: [], tookMs: 2000 });
});

test('what has not begun when the reserve begins comes back unstarted, and what runs may end', async () => {
  const begun: string[] = [];
  const handler: StageHandler =
    ({ sleep }) =>
    async (step) => {
      begun.push(nameOf(step));
      await sleep(600);
    };
  const stage = lambdaStage({ handler, handlerOptions: { concurrency: 2 }, reserveMs: 1000 });
  const event = await eventFor(stage, 'a1', 'b1', 'c1', 'd1', 'a2', 'e1');
  const { back, tookMs } = await invokeOnce(stage, event, 2000);
  expect(begun).toEqual(['a1', 'b1', 'c1', 'd1']);
  expect(back).toEqual(['a2', 'e1']);
  expect(tookMs).toBe(1200);
});

test('a handler that takes too long is aborted, comes back, and is no attempt that counts', async () => {
  const reasons: unknown[] = [];
  const handler: StageHandler =
    ({ sleep }) =>
    async (step, { signal }) => {
      if (nameOf(step) !== 'a1' || reasons.length > 0) return;
      await sleep(600_000, signal);
      reasons.push(signal.reason);
      signal.throwIfAborted();
    };
  const stage = lambdaStage({ handler, handlerOptions: { retry: { attemptsMax: 1 } } });
  const event = await eventFor(stage, 'a1', 'a2', 'b1');
  const { back, tookMs } = await invokeOnce(stage, event, 10_000);
  expect(back).toEqual(['a1', 'a2']);
  expect(tookMs).toBe(9000);
  expect(reasons).toMatchObject([{ code: 'handler-timeout' }]);
  expect(await invokeOnce(stage, event, 10_000)).toMatchObject({ back: [] });
  expect(stage.deadLettered(RunStep)).toEqual([]);
});

test('a handler that does not heed its signal does not keep the function from its answer', async () => {
  const handler: StageHandler =
    ({ sleep }) =>
    async ({ order }) =>
      sleep(order === 'a' ? 100_000 : 1);
  const stage = lambdaStage({ handler });
  const event = await eventFor(stage, 'a1', 'b1');
  expect(await invokeOnce(stage, event, 10_000)).toEqual({ back: ['a1'], tookMs: 9800 });
});

test('a body that cannot be decoded goes to the dead letters, not round the loop', async () => {
  const stage = lambdaStage();
  const event = await eventFor(stage, 'a1', 'a2', 'b1');
  const broken = event.Records.map((record) =>
    record.messageId === 'sqs-a1' ? { ...record, body: '{"order":' } : record,
  );
  expect((await invokeOnce(stage, { Records: broken })).back).toEqual([]);
  expect((await stage.bus.deadLetters.list()).letters).toMatchObject([{ key: 'a', reason: 'body-malformed' }]);
  expect(stage.handled(RunStep)).toHaveLength(2);
});

test('a message that somebody sent by hand goes to the dead letters as well', async () => {
  const stage = lambdaStage();
  const [record] = (await eventFor(stage, 'a1')).Records;
  if (record === undefined) throw new Error('no record');
  const foreign = {
    ...record,
    body: 'hello',
    messageAttributes: {
      picture: { dataType: 'Binary', binaryValue: 'AAECAw==' },
      colour: { dataType: 'String', stringValue: 'red' },
    },
  };
  expect((await invokeOnce(stage, { Records: [foreign] })).back).toEqual([]);
  expect((await stage.bus.deadLetters.list()).letters).toMatchObject([{ reason: 'envelope-invalid' }]);
});

test('a step that fails every time becomes a dead letter within the invocation, and its key goes on', async () => {
  const stage = lambdaStage({ handler: failing('a1') });
  const event = await eventFor(stage, 'a1', 'a2');
  expect((await invokeOnce(stage, event)).back).toEqual([]);
  expect((await stage.bus.deadLetters.list()).letters).toMatchObject([{ key: 'a', attempts: 5 }]);
  expect(stage.handled(RunStep)).toHaveLength(1);
});

test('a step whose next try never fits is a dead letter after its tries, not round the loop for ever', async () => {
  const retry = { attemptsMax: 3, backoffMs: 60_000, backoffMsMax: 60_000, jitter: 0 };
  const stage = lambdaStage({ handler: failing('a1'), handlerOptions: { retry } });
  const event = await eventFor(stage, 'a1', 'a2');
  expect((await invokeOnce(stage, event)).back).toEqual(['a1', 'a2']);
  expect((await invokeOnce(stage, event)).back).toEqual(['a1', 'a2']);
  expect((await invokeOnce(stage, event)).back).toEqual([]);
  expect((await stage.bus.deadLetters.list()).letters).toMatchObject([{ key: 'a', attempts: 3 }]);
});

test('a message that stands twice in a batch of a standard queue comes back once', async () => {
  const stage = lambdaStage({
    queueType: 'standard',
    handler: failing('a1'),
    handlerOptions: { ...rarely, order: 'none' },
  });
  const event = await eventFor(stage, 'a1', 'b1');
  const twice = { Records: [...event.Records, ...event.Records.slice(0, 1)] };
  expect((await invokeOnce(stage, twice)).back).toEqual(['a1']);
});

test('a second delivery of a step that was done has no second effect', async () => {
  let effects = 0;
  const handler: StageHandler = () => () => {
    effects += 1;
  };
  const stage = lambdaStage({ handler, handlerOptions: { effect: 'once' } });
  const event = await eventFor(stage, 'a1');
  await invokeOnce(stage, event);
  expect((await invokeOnce(stage, event)).back).toEqual([]);
  expect(effects).toBe(1);
});

test('invocations at once in one container get each its own answer', async () => {
  const stage = lambdaStage({ handler: failing('a1'), handlerOptions: rarely });
  const first = await eventFor(stage, 'a1', 'b1');
  const second = await eventFor(stage, 'c1', 'd1');
  const answers = Promise.all([first, second].map((event) => stage.handler(event, contextOf(stage, 1000))));
  expect(await stage.clock.runUntil(answers)).toEqual([
    { batchItemFailures: [{ itemIdentifier: 'sqs-a1' }] },
    { batchItemFailures: [] },
  ]);
});

test('an empty event is answered with nothing', async () => {
  const stage = lambdaStage();
  expect(await invokeOnce(stage, { Records: [] })).toEqual({ back: [], tookMs: 0 });
});

test('a bus that is stopped gives everything back', async () => {
  const handler: StageHandler =
    ({ sleep }) =>
    async (_, { signal }) =>
      sleep(20_000, signal);
  const stage = lambdaStage({ handler });
  const event = await eventFor(stage, 'a1', 'a2', 'b1');
  const answer = stage.handler(event, contextOf(stage, 60_000));
  await stage.clock.advance(1000);
  await stage.clock.runUntil(stage.bus.stop({ graceMs: 100 }));
  expect((await answer).batchItemFailures).toHaveLength(3);
  await expect(stage.handler(event, contextOf(stage, 60_000))).rejects.toMatchObject({ code: 'not-running' });
});

test('an invocation leaves no timer behind', async () => {
  const stage = lambdaStage();
  const event = await eventFor(stage, 'a1', 'b1');
  await invokeOnce(stage, event);
  const timers = stage.clock.pendingTimers;
  await invokeOnce(stage, event);
  expect(stage.clock.pendingTimers).toBe(timers);
});
