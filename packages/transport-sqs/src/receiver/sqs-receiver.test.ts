import type { Message } from '@aws-sdk/client-sqs';
import type { Receipt } from '@waybill/core/driver';
import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { toWireEntry } from '../message/wire-entry.ts';
import type { EntryAnswer } from '../sender/send-target.ts';
import type { VisibilityChange } from './queue-calls.ts';
import { createSqsReceiver } from './sqs-receiver.ts';

const wire = { queueType: 'fifo', fairQueueGroups: false, attributeHeaders: [] } as const;

function arrival(id: string, key: string, enqueuedAtMs = 0): Message {
  const message = { id, key, deduplicationKey: id, headers: {}, body: Buffer.from('{}'), delayMs: 0 };
  const { body, attributes, groupId } = toWireEntry(message, wire);
  return {
    ReceiptHandle: `handle-${id}`,
    Body: body,
    MessageAttributes: { ...attributes },
    Attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(enqueuedAtMs),
      ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    },
  };
}

const expired: EntryAnswer = {
  code: 'InvalidParameterValue',
  text: 'Value x for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.',
  isSenderFault: true,
};

function stage({ unsettledMax = 100, answersOfSqs = Promise.resolve() } = {}) {
  const clock = virtualClock({ startMs: 1_000_000 });
  const waiting: Message[] = [];
  const removed: (readonly string[])[] = [];
  const changes: VisibilityChange[] = [];
  const lost: Receipt[] = [];
  const asked: number[] = [];
  let refusal: EntryAnswer;
  const receiver = createSqsReceiver({
    queue: 'orders',
    clock,
    newId: () => 'id',
    isFifo: true,
    pollersMax: 2,
    longPollSeconds: 20,
    receiver: { leaseMs: 30_000, unsettledMax, onLost: (receipts) => lost.push(...receipts) },
    calls: {
      receive: async ({ count }, signal) => {
        asked.push(count);
        if (waiting.length === 0) await clock.sleep(20_000, signal);
        if (signal.aborted) throw new Error('aborted');
        return waiting.splice(0, count);
      },
      remove: async (handles) => {
        removed.push(handles);
        await answersOfSqs;
        return handles.map(() => refusal);
      },
      changeVisibility: async (batch) => {
        changes.push(...batch);
        return batch.map(() => refusal);
      },
    },
  });
  const receive = (limit: number, signal = new AbortController().signal) =>
    clock.runUntil(receiver.receiveBatch(limit, signal));
  return {
    clock,
    receiver,
    receive,
    waiting,
    removed,
    changes,
    lost,
    asked,
    refuse: (answer: EntryAnswer) => {
      refusal = answer;
    },
  };
}

test('no call is made before core asks', async () => {
  const { clock, asked } = stage();
  await clock.advance(60_000);
  expect(asked).toEqual([]);
});

test('what an answer brings is handed out in its order, the rest at the next call without another poll', async () => {
  const { receive, waiting, asked } = stage();
  waiting.push(arrival('1', 'a'), arrival('2', 'a'), arrival('3', 'b'));
  const first = await receive(10);
  expect(first.map(({ message }) => message.id)).toEqual(['1', '2', '3']);
  waiting.push(...['4', '5', '6'].map((id) => arrival(id, 'a')));
  const [fourth] = await receive(1);
  expect(fourth?.message.id).toBe('4');
  expect(asked).toEqual([10, 1]);
});

test('no more is asked for than core may hold, and what is being settled counts', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { clock, receiver, receive, waiting, asked } = stage({ unsettledMax: 4, answersOfSqs: promise });
  waiting.push(...['1', '2', '3', '4', '5', '6', '7'].map((id) => arrival(id, id)));
  const first = await receive(4);
  const settling = receiver.settleBatch(first.slice(0, 3).map(({ receipt }) => ({ receipt, action: 'accept' })));
  const received = receiver.receiveBatch(3, new AbortController().signal);
  await clock.advance(1000);
  expect(asked).toEqual([4]);
  resolve();
  expect(await clock.runUntil(settling)).toHaveLength(3);
  expect((await clock.runUntil(received)).map(({ message }) => message.id)).toEqual(['5', '6', '7']);
  expect(asked).toEqual([4, 3]);
});

test('an abort ends a receive at once and cuts the poll off that waits in vain', async () => {
  const { clock, receiver } = stage();
  const controller = new AbortController();
  const received = receiver.receiveBatch(10, controller.signal);
  await clock.advance(5000);
  controller.abort();
  expect(await received).toEqual([]);
  await clock.advance(0);
  expect(clock.pendingTimers).toBe(0);
});

/** Leaves what is waiting with the receiver: whoever asked had gone when the answer came. */
async function fillBuffer({ clock, receiver }: Pick<ReturnType<typeof stage>, 'clock' | 'receiver'>): Promise<void> {
  const leaving = new AbortController();
  const received = receiver.receiveBatch(10, leaving.signal);
  leaving.abort();
  expect(await received).toEqual([]);
  await clock.advance(0);
}

test('what nobody asks for goes back when half of its lease is over', async () => {
  const { clock, receiver, waiting, changes, lost, receive } = stage();
  waiting.push(arrival('1', 'a'), arrival('2', 'b'));
  await fillBuffer({ clock, receiver });
  await clock.advance(14_999);
  expect(changes).toEqual([]);
  await clock.advance(1);
  expect(changes).toEqual([
    { handle: 'handle-1', seconds: 0 },
    { handle: 'handle-2', seconds: 0 },
  ]);
  expect(await receive(10)).toEqual([]);
  expect(lost).toEqual([]);
});

test('a lease that ends is reported once, and its receipt settles nothing any more', async () => {
  const { clock, receiver, receive, waiting, lost, removed } = stage();
  waiting.push(arrival('1', 'a'));
  const [delivery] = await receive(1);
  const receipt = delivery?.receipt as Receipt;
  await clock.advance(30_000);
  expect(lost).toEqual([receipt]);
  expect(await receiver.settleBatch([{ receipt, action: 'accept' }])).toEqual([{ status: 'lost' }]);
  expect(await receiver.extendBatch([receipt], 30_000)).toEqual(['lost']);
  expect(removed).toEqual([]);
});

test('an extension is counted from when it was asked for, and 12 hours are the end of it', async () => {
  const { clock, receiver, receive, waiting, lost, changes } = stage();
  waiting.push(arrival('1', 'a'));
  const [delivery] = await receive(1);
  const receipt = delivery?.receipt as Receipt;
  for (let hours = 0; hours < 12; hours += 1) {
    expect(await receiver.extendBatch([receipt], 3_600_000)).toEqual(['extended']);
    await clock.advance(3_599_000);
  }
  expect(lost).toEqual([]);
  expect(await receiver.extendBatch([receipt], 3_600_000)).toEqual(['extended']);
  expect(changes.at(-1)?.seconds).toBe(12);
  await clock.advance(12_000);
  expect(lost).toEqual([receipt]);
});

test('an expired receipt of FIFO is a lost lease, and a refusal for now may be tried again', async () => {
  const { clock, receiver, receive, waiting, refuse } = stage();
  waiting.push(arrival('1', 'a'), arrival('2', 'b'));
  const [one, two] = await receive(10);
  refuse({ code: 'InternalError', text: 'try later', isSenderFault: false });
  const failed = receiver.settleBatch([{ receipt: one?.receipt as Receipt, action: 'accept' }]);
  expect(await clock.runUntil(failed)).toMatchObject([{ status: 'failed' }]);
  await expect(receiver.extendBatch([one?.receipt as Receipt], 1000)).rejects.toThrow('InternalError');
  refuse(expired);
  const lost = receiver.settleBatch([{ receipt: one?.receipt as Receipt, action: 'accept' }]);
  expect(await clock.runUntil(lost)).toEqual([{ status: 'lost' }]);
  refuse(undefined);
  const settled = receiver.settleBatch([{ receipt: two?.receipt as Receipt, action: 'accept' }]);
  expect(await clock.runUntil(settled)).toEqual([{ status: 'settled' }]);
});

test('a receipt settles once, also within one call', async () => {
  const { clock, receiver, receive, waiting, removed } = stage();
  waiting.push(arrival('1', 'a'));
  const [delivery] = await receive(1);
  const receipt = delivery?.receipt as Receipt;
  const outcomes = receiver.settleBatch([
    { receipt, action: 'accept' },
    { receipt, action: 'accept' },
  ]);
  expect(await clock.runUntil(outcomes)).toEqual([{ status: 'settled' }, { status: 'lost' }]);
  expect(await receiver.settleBatch([{ receipt, action: 'accept' }])).toEqual([{ status: 'lost' }]);
  expect(await receiver.settleBatch([{ receipt: {}, action: 'accept' }])).toEqual([{ status: 'lost' }]);
  expect(removed).toEqual([['handle-1']]);
});

test('with a message that is released go those of its group that were not handed out', async () => {
  const { clock, receiver, waiting, changes, receive } = stage();
  waiting.push(arrival('1', 'a'), arrival('2', 'b'), arrival('3', 'a'));
  await fillBuffer({ clock, receiver });
  const [one] = await receive(1);
  const released = receiver.settleBatch([{ receipt: one?.receipt as Receipt, action: 'release', delayMs: 1500 }]);
  expect(await clock.runUntil(released)).toEqual([{ status: 'settled' }]);
  expect(changes).toEqual([
    { handle: 'handle-1', seconds: 2 },
    { handle: 'handle-3', seconds: 2 },
  ]);
  const rest = await receive(10);
  expect(rest.map(({ message }) => message.id)).toEqual(['2']);
});

test('deletions of several calls share their requests, by tens', async () => {
  const { clock, receiver, waiting, receive, removed } = stage();
  for (let number = 1; number <= 12; number += 1) waiting.push(arrival(String(number), String(number)));
  const deliveries = [...(await receive(12)), ...(await receive(12))];
  const outcomes = deliveries.map(({ receipt }) => receiver.settleBatch([{ receipt, action: 'accept' }]));
  await clock.runUntil(Promise.all(outcomes));
  expect(removed.map((handles) => handles.length)).toEqual([10, 2]);
});

test('close gives back all that is held, and ends the receiver', async () => {
  const { clock, receiver, waiting, receive, changes } = stage();
  waiting.push(arrival('1', 'a'), arrival('2', 'b'));
  const deliveries = await receive(10);
  await clock.runUntil(receiver.close());
  expect(changes).toEqual([
    { handle: 'handle-1', seconds: 0 },
    { handle: 'handle-2', seconds: 0 },
  ]);
  await expect(receiver.receiveBatch(1, new AbortController().signal)).rejects.toMatchObject({ reason: 'closed' });
  const late = deliveries.map(({ receipt }) => ({ receipt, action: 'accept' as const }));
  expect(await receiver.settleBatch(late)).toEqual([{ status: 'lost' }, { status: 'lost' }]);
  expect(clock.pendingTimers).toBe(0);
});

test('what the last poll brings to a receiver that is closed is given back, and handed out to nobody', async () => {
  const { clock, receiver, waiting, changes } = stage();
  waiting.push(arrival('1', 'a'));
  const asked = receiver.receiveBatch(10, new AbortController().signal);
  const closed = receiver.close();
  await expect(asked).rejects.toMatchObject({ reason: 'closed' });
  await expect(receiver.receiveBatch(10, new AbortController().signal)).rejects.toMatchObject({ reason: 'closed' });
  await clock.runUntil(closed);
  expect(changes).toEqual([{ handle: 'handle-1', seconds: 0 }]);
});

test('what it has seen of the age of its queue', async () => {
  const { receiver, waiting, receive, clock } = stage();
  expect(receiver.sight()).toEqual({ queue: 'orders', oldestHeldAtMs: undefined, clearedAtMs: undefined });
  waiting.push(arrival('1', 'a', 999_000), arrival('2', 'b', 998_000));
  await receive(10);
  expect(receiver.sight()).toMatchObject({ oldestHeldAtMs: 998_000, clearedAtMs: 999_000 });
  expect(await receive(10)).toEqual([]);
  expect(receiver.sight().clearedAtMs).toBe(clock.now());
});
