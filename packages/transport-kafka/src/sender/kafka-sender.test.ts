import type { SendOutcome } from '@waybill/core/driver';
import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { partitionOf } from './partition-of.ts';
import type { Fate } from './testing/model-broker.ts';
import { idOf, messageOf, openModelStage } from './testing/model-stage.ts';

const statusesOf = (outcomes: readonly SendOutcome[]): readonly string[] => outcomes.map(({ status }) => status);
const codesOf = (outcomes: readonly SendOutcome[]): readonly string[] =>
  outcomes.map((outcome) => (outcome.status === 'confirmed' ? 'confirmed' : errorCodeOf(outcome.error)));

/** A key of that one of two partitions. */
function keyOf(partition: number): string {
  for (let n = 0; ; n += 1) if (partitionOf(Buffer.from(`k${n}`), 2) === partition) return `k${n}`;
}

/** One fate for each request, and `taken` from then on. */
function fates(...some: readonly Fate[]): () => Fate {
  const rest = [...some];
  return () => rest.shift() ?? 'taken';
}

test('what is handed over in one turn goes in one request, and what comes meanwhile in the next', async () => {
  const clock = virtualClock();
  const { broker, sender } = openModelStage(clock);
  const first = [sender.sendBatch([messageOf('a')]), sender.sendBatch([messageOf('b'), messageOf('c')])];
  await Promise.resolve();
  await Promise.resolve();
  const second = sender.sendBatch([messageOf('d')]);
  await clock.runUntil(Promise.all([...first, second]));
  expect(broker.requests()).toBe(2);
  expect(broker.logOf(0).map(idOf)).toEqual(['a', 'b', 'c', 'd']);
});

test('a batch whose answer was lost is sent again as it was, and taken once', async () => {
  const { broker, send } = openModelStage(virtualClock(), { fateOf: fates('unanswered', 'unanswered', 'lost') });
  expect(statusesOf(await send([messageOf('a'), messageOf('b')]))).toEqual(['confirmed', 'confirmed']);
  expect(statusesOf(await send([messageOf('c')]))).toEqual(['confirmed']);
  expect(broker.logOf(0).map(idOf)).toEqual(['a', 'b', 'c']);
  expect(broker.requests()).toBe(5);
  expect(broker.sessions()).toBe(1);
});

test('a batch that nobody answers in time is unknown, and the next one goes in a session of its own', async () => {
  let isFrozen = true;
  const { broker, send, close } = openModelStage(virtualClock(), { fateOf: () => (isFrozen ? 'frozen' : 'taken') });
  expect(codesOf(await send([messageOf('a', { key: 'k' })]))).toEqual(['timeout']);
  isFrozen = false;
  expect(statusesOf(await send([messageOf('b', { key: 'k' })]))).toEqual(['confirmed']);
  expect(broker.sessions()).toBe(2);
  expect(broker.openSessions()).toBe(1);
  await close();
  expect(broker.openSessions()).toBe(0);
});

test('a lane that gives its session up leaves the other lanes theirs until they have ended', async () => {
  const fateOf = ({ partition }: { readonly partition: number }): Fate => (partition === 0 ? 'frozen' : fateOfOthers());
  const fateOfOthers = fates('unanswered', 'unanswered', 'unanswered', 'unanswered', 'unanswered', 'unanswered');
  const clock = virtualClock();
  const { broker, sender } = openModelStage(clock, { partitions: 2, fateOf });
  const frozen = sender.sendBatch([messageOf('m0', { key: keyOf(0) })]);
  const going = sender.sendBatch([messageOf('m1', { key: keyOf(1) })]);
  expect(statusesOf(await clock.runUntil(going))).toEqual(['confirmed']);
  expect(statusesOf(await clock.runUntil(frozen))).toEqual(['unknown']);
  expect(broker.logOf(1).map(idOf)).toEqual(['m1']);
});

test('what certainly was not taken is rejected when the time is over, and costs no session', async () => {
  const { broker, send } = openModelStage(virtualClock(), { fateOf: () => ({ refusal: 'NOT_ENOUGH_REPLICAS' }) });
  expect(codesOf(await send([messageOf('a')]))).toEqual(['unavailable']);
  expect(broker.requests()).toBeGreaterThan(3);
  expect(broker.sessions()).toBe(1);
});

test('a session that cannot be opened is no doubt about what was to be sent in it', async () => {
  const { send } = openModelStage(virtualClock(), {
    fateOf: () => 'taken',
    failsToOpen: true,
  });
  expect(statusesOf(await send([messageOf('a')]))).toEqual(['rejected']);
});

test('one record that the broker refuses does not take the others with it', async () => {
  const { broker, send } = openModelStage(virtualClock(), {
    fateOf: ({ records }) =>
      records.some((record) => idOf(record) === 'bad') ? { refusal: 'MESSAGE_TOO_LARGE' } : 'taken',
  });
  const outcomes = await send(['a', 'b', 'bad', 'c', 'd'].map((id) => messageOf(id, { key: id })));
  expect(codesOf(outcomes)).toEqual(['confirmed', 'confirmed', 'message-too-large', 'confirmed', 'confirmed']);
  expect(broker.logOf(0).map(idOf)).toEqual(['a', 'b', 'c', 'd']);
});

test('after a refused record nothing of its key is sent in the same call', async () => {
  const { broker, send } = openModelStage(virtualClock(), {
    fateOf: ({ records }) =>
      records.some((record) => idOf(record) === 'bad') ? { refusal: 'INVALID_TIMESTAMP' } : 'taken',
  });
  const ids = ['a', 'bad', 'c', 'd'];
  const outcomes = await send([...ids.map((id) => messageOf(id, { key: 'k' })), messageOf('other', { key: 'o' })]);
  expect(codesOf(outcomes)).toEqual(['confirmed', 'message-invalid', 'unavailable', 'unavailable', 'confirmed']);
  expect(broker.logOf(0).map(idOf)).toEqual(['a', 'other']);
});

test('a message that is refused before it is sent stops its key as well', async () => {
  const { broker, send } = openModelStage(virtualClock());
  const messages = [
    messageOf('a', { key: 'k' }),
    messageOf('b', { key: 'k', delayMs: 1 }),
    messageOf('c', { key: 'k' }),
  ];
  expect(codesOf(await send(messages))).toEqual(['confirmed', 'message-invalid', 'unavailable']);
  expect(broker.logOf(0).map(idOf)).toEqual(['a']);
});

test.each(['TOPIC_AUTHORIZATION_FAILED', 'UNSUPPORTED_COMPRESSION_TYPE', 'UNKNOWN_TOPIC_OR_PARTITION'])(
  '%s rejects all of the batch, without a doubt',
  async (refusal) => {
    const { broker, send } = openModelStage(virtualClock(), { fateOf: () => ({ refusal }) });
    expect(statusesOf(await send([messageOf('a'), messageOf('b')]))).toEqual(['rejected', 'rejected']);
    expect(broker.sessions()).toBe(1);
  },
);

test('a refusal of what may have arrived before is no refusal', async () => {
  const fateOf = fates('unanswered', { refusal: 'TOPIC_AUTHORIZATION_FAILED' });
  const { broker, send } = openModelStage(virtualClock(), { fateOf });
  expect(statusesOf(await send([messageOf('a')]))).toEqual(['unknown']);
  expect(statusesOf(await send([messageOf('b')]))).toEqual(['confirmed']);
  expect(broker.logOf(0).map(idOf)).toEqual(['a', 'b']);
});

test('a session that the broker does not go on with is replaced', async () => {
  const { broker, send } = openModelStage(virtualClock(), {
    fateOf: fates({ refusal: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
  });
  expect(codesOf(await send([messageOf('a')]))).toEqual(['unavailable']);
  expect(statusesOf(await send([messageOf('a')]))).toEqual(['confirmed']);
  expect(broker.sessions()).toBe(2);
  expect(broker.logOf(0).map(idOf)).toEqual(['a']);
});

test('a batch stays within the bytes that the topic takes', async () => {
  const sizes: number[] = [];
  const { send } = openModelStage(virtualClock(), {
    messageBytesMax: 5000,
    fateOf: ({ records }) => {
      sizes.push(records.reduce((total, { value }) => total + value.byteLength, 0));
      return 'taken';
    },
  });
  await send(Array.from({ length: 20 }, (_, at) => messageOf(`m${at}`, { body: Buffer.alloc(1000) })));
  expect(Math.max(...sizes)).toBeLessThan(5000);
  expect(sizes.length).toBeLessThan(10);
});

test('messages without a key go to one partition in a call, and to the next one in the next', async () => {
  const { broker, send } = openModelStage(virtualClock(), { partitions: 3 });
  for (const name of ['a', 'b', 'c']) await send([messageOf(`${name}1`), messageOf(`${name}2`)]);
  expect([0, 1, 2].map((partition) => broker.logOf(partition).length)).toEqual([2, 2, 2]);
});

test('close waits for what is under way, and nothing is taken after it', async () => {
  const clock = virtualClock();
  const { broker, sender } = openModelStage(clock, { fateOf: fates('unanswered') });
  const sent = sender.sendBatch([messageOf('a')]);
  await clock.runUntil(sender.close());
  expect(statusesOf(await sent)).toEqual(['confirmed']);
  expect(broker.logOf(0).map(idOf)).toEqual(['a']);
  await expect(sender.sendBatch([messageOf('b')])).rejects.toMatchObject({ reason: 'closed' });
});
