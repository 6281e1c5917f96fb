import { expect, test } from 'vitest';
import { Invocation } from './invocation.ts';
import type { HeldRecord } from './invocation.ts';
import type { LambdaSqsRecord } from './lambda-event.ts';

/** The name of a record begins with its group. */
const record = (messageId: string): LambdaSqsRecord => ({
  messageId,
  body: '',
  attributes: { SentTimestamp: '1', MessageGroupId: messageId.slice(0, 1) },
  messageAttributes: {},
  eventSourceARN: '',
});

function open(names: readonly string[], queueType: 'fifo' | 'standard' = 'fifo') {
  const invocation = new Invocation({ Records: names.map(record) }, queueType);
  const held = new Map<string, HeldRecord>();
  let isDone = false;
  void invocation.done.then(() => {
    isDone = true;
  });
  return {
    invocation,
    isDone: async () => {
      await Promise.resolve();
      return isDone;
    },
    take: (limit = 10): readonly string[] => {
      const taken = invocation.take(limit);
      for (const one of taken) held.set(one.record.messageId, one);
      return taken.map((one) => one.record.messageId);
    },
    settle: (name: string, action: 'accept' | 'release') => {
      const one = held.get(name);
      return one !== undefined && invocation.settle(one, action);
    },
    back: () => invocation.response().batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
  };
}

test('of a group one record is out at a time, the next when it is accepted', () => {
  const { take, settle } = open(['a1', 'b1', 'a2', 'a3', 'b2']);
  expect(take()).toEqual(['a1', 'b1']);
  expect(take()).toEqual([]);
  settle('a1', 'accept');
  expect(take()).toEqual(['a2']);
  settle('b1', 'accept');
  settle('a2', 'accept');
  expect(take(1)).toEqual(['b2']);
  expect(take(1)).toEqual(['a3']);
});

test('on a standard queue all are out at once', () => {
  expect(open(['a1', 'a2', 'b1'], 'standard').take()).toEqual(['a1', 'a2', 'b1']);
});

test('a record that is released takes all behind it back, and nobody else', async () => {
  const { take, settle, back, isDone } = open(['a1', 'b1', 'a2', 'b2']);
  take();
  settle('a1', 'release');
  settle('b1', 'accept');
  expect(take()).toEqual(['b2']);
  expect(await isDone()).toBe(false);
  settle('b2', 'accept');
  expect(back()).toEqual(['a1', 'a2']);
  expect(await isDone()).toBe(true);
});

test('when handing out is over, what is out may still be accepted, and nothing follows it', async () => {
  const { invocation, take, settle, back, isDone } = open(['a1', 'a2', 'b1', 'c1']);
  take(1);
  invocation.stopHanding();
  expect(await isDone()).toBe(false);
  expect(settle('a1', 'accept')).toBe(true);
  expect(take()).toEqual([]);
  expect(back()).toEqual(['a2', 'b1', 'c1']);
  expect(await isDone()).toBe(true);
});

test('what was given up can no longer be settled', async () => {
  const { invocation, take, settle, back, isDone } = open(['a1', 'b1']);
  take();
  settle('b1', 'accept');
  invocation.giveUp();
  expect(settle('a1', 'accept')).toBe(false);
  expect(back()).toEqual(['a1']);
  expect(await isDone()).toBe(true);
});

test('records without a group, which no FIFO queue has, wait for each other', () => {
  const { invocation } = open([]);
  expect(invocation.response()).toEqual({ batchItemFailures: [] });
  const nameless = ['x', 'y'].map((name) => ({ ...record(name), attributes: { SentTimestamp: '1' } }));
  expect(new Invocation({ Records: nameless }, 'fifo').take(10)).toHaveLength(1);
});
