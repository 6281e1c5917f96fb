import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { createPoller } from './poller.ts';
import type { PollRequest } from './poller.ts';

interface OpenPoll {
  readonly request: PollRequest;
  readonly answer: (count: number) => void;
  readonly fail: (error: unknown) => void;
}

function stage(repeatsLost = true) {
  const clock = virtualClock();
  const open: OpenPoll[] = [];
  const got: number[] = [];
  const failures: unknown[] = [];
  let ids = 0;
  let calls = 0;
  const poller = createPoller<number>({
    clock,
    newId: () => `attempt-${(ids += 1)}`,
    pollersMax: 4,
    waitMs: 20_000,
    pulseMs: 500,
    repeatsLost,
    lostMsMax: 4000,
    mayHaveHandedOut: (error) => !String(error).includes('refused'),
    receive: (request, signal) => {
      calls += 1;
      const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>();
      const poll: OpenPoll = {
        request,
        answer: (count) => resolve(Array.from({ length: count }, (_, place) => place)),
        fail: reject,
      };
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      open.push(poll);
      return promise.finally(() => open.splice(open.indexOf(poll), 1));
    },
    onMessages: (messages) => got.push(messages.length),
    onFailure: (error) => failures.push(error),
  });
  /** Answers everything that is open, and lets that be heard. */
  const answerAll = async (count: number): Promise<void> => {
    for (const poll of open.slice()) poll.answer(Math.min(count, poll.request.count));
    await clock.advance(0);
  };
  return { clock, poller, open, got, failures, answerAll, calls: () => calls };
}

test('an idle queue has one long poll, however much room there is', async () => {
  const { poller, open, answerAll } = stage();
  poller.want(100);
  expect(open.map(({ request }) => request.count)).toEqual([10]);
  await answerAll(0);
  poller.want(100);
  expect(open).toHaveLength(1);
});

test('full answers double the polls up to the limit, and an empty one leaves one', async () => {
  const { poller, open, answerAll } = stage();
  const seen: number[] = [];
  for (const count of [10, 10, 10, 10, 0, 0]) {
    poller.want(100);
    seen.push(open.length);
    await answerAll(count);
  }
  expect(seen).toEqual([1, 2, 4, 4, 4, 1]);
});

test('polls ask for no more than there is room, those under way counted', async () => {
  const { poller, open, answerAll } = stage();
  poller.want(100);
  await answerAll(10);
  poller.want(13);
  expect(open.map(({ request }) => request.count)).toEqual([10, 3]);
  poller.want(13);
  expect(open).toHaveLength(2);
});

test('when nobody asks any more a poll that waits in vain is cut off at once, a young one gets a second', async () => {
  const { clock, poller, open, failures } = stage();
  poller.want(10);
  await clock.advance(400);
  poller.rest(0);
  await clock.advance(599);
  expect(open).toHaveLength(1);
  await clock.advance(1);
  expect(open).toHaveLength(0);
  poller.want(10);
  await clock.advance(5000);
  poller.rest(0);
  await clock.advance(0);
  expect([open.length, failures.length]).toEqual([0, 0]);
});

test('a poll that is about to end by itself is not cut off', async () => {
  const { clock, poller, open, got, answerAll } = stage();
  poller.want(10);
  await clock.advance(19_000);
  poller.rest(0);
  await clock.advance(999);
  expect(open).toHaveLength(1);
  await answerAll(1);
  expect(got).toEqual([1]);
});

test('whoever asks again in time keeps the poll', async () => {
  const { clock, poller, open, calls } = stage();
  poller.want(10);
  await clock.advance(5000);
  poller.rest(200);
  await clock.advance(199);
  poller.want(10);
  await clock.advance(5000);
  expect([open.length, calls()]).toEqual([1, 1]);
});

test('whoever asks as soon as an answer is there, or a poll is cut off, gets a poll of his own', async () => {
  const clock = virtualClock();
  let calls = 0;
  const poller = createPoller<number>({
    clock,
    newId: () => 'id',
    pollersMax: 1,
    waitMs: 20_000,
    pulseMs: 500,
    repeatsLost: false,
    lostMsMax: 4000,
    mayHaveHandedOut: () => true,
    receive: async (_, signal) => {
      calls += 1;
      await clock.sleep(20_000, signal);
      // What was cut off takes its time to end.
      await clock.sleep(50);
      return [];
    },
    onMessages: () => calls < 3 && poller.want(10),
    onFailure: () => undefined,
  });
  poller.want(10);
  await clock.advance(20_050);
  expect(calls).toBe(2);
  poller.rest(0);
  await clock.advance(1000);
  poller.want(10);
  expect(calls).toBe(3);
  await clock.runUntil(poller.stop());
});

test('after a lost answer the same request is made again on FIFO, and another one elsewhere', async () => {
  for (const repeatsLost of [true, false]) {
    const { clock, poller, open, failures } = stage(repeatsLost);
    poller.want(7);
    const [first] = open;
    first?.fail(new Error('socket hang up'));
    await clock.advance(0);
    expect(failures).toHaveLength(1);
    poller.want(3);
    const repeated = open[0]?.request;
    expect(repeated).toEqual(repeatsLost ? first?.request : { count: 3, attemptId: 'attempt-2' });
  }
});

test('a lost request is made again while its messages may still be hidden, and never after a refusal', async () => {
  const { clock, poller, open } = stage();
  const attempts: string[] = [];
  const failWith = async (reason: string): Promise<void> => {
    poller.want(10);
    attempts.push(open[0]?.request.attemptId ?? '');
    open[0]?.fail(new Error(reason));
    await clock.advance(0);
  };
  await failWith('socket hang up');
  await clock.advance(2000);
  await failWith('socket hang up');
  await clock.advance(1999);
  await failWith('socket hang up');
  await clock.advance(1);
  await failWith('socket hang up');
  await failWith('refused: the attempt is no longer valid');
  await failWith('refused');
  expect(attempts).toEqual(['attempt-1', 'attempt-1', 'attempt-1', 'attempt-2', 'attempt-2', 'attempt-3']);
});

test('stop resolves when nothing is under way, and what comes last is still told', async () => {
  const { clock, poller, open, got, calls } = stage();
  poller.want(10);
  const stopped = poller.stop();
  open[0]?.answer(2);
  await clock.runUntil(stopped);
  poller.want(10);
  expect([got, calls()]).toEqual([[2], 1]);
});
