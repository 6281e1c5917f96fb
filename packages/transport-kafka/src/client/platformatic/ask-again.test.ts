import { MultipleErrors, ProtocolError } from '@platformatic/kafka';
import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { readOptions } from '../../options.ts';
import { askAgain } from './ask-again.ts';

/** As the library has it: the errors of an answer are wrapped, one for each place in it. */
const answered = (id: string): Error => new MultipleErrors('Received response with error', [new ProtocolError(id)]);

/** Answers with each of the errors, and then with `good`. */
const asking = (errors: readonly Error[], also?: string) => {
  const clock = virtualClock();
  const settings = readOptions({ brokers: ['localhost:9092'], client: 'platformatic', requestTimeoutMs: 1000, clock });
  let asked = 0;
  const ask = (): Promise<string> => {
    const error = errors[asked];
    asked += 1;
    return error === undefined ? Promise.resolve('good') : Promise.reject(error);
  };
  const answer = askAgain(settings, ask, also).catch((error: unknown) => error);
  return { clock, answer, asked: () => asked };
};

test.each([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'NOT_CONTROLLER',
  'OFFSET_NOT_AVAILABLE',
  'UNSTABLE_OFFSET_COMMIT',
])('who is told %s asks again, and has its answer once it is there', async (id) => {
  const { clock, answer, asked } = asking([answered(id), new ProtocolError(id)]);
  await clock.advance(99);
  expect(asked()).toBe(1);
  await clock.advance(101);
  expect(await answer).toBe('good');
  expect(asked()).toBe(3);
});

test('a coordinator that goes on loading is an error when the time of a request is over', async () => {
  const loading = answered('COORDINATOR_LOAD_IN_PROGRESS');
  const { clock, answer, asked } = asking(Array.from({ length: 100 }, () => loading));
  await clock.advance(2000);
  expect(await answer).toBe(loading);
  expect(asked()).toBe(11);
});

test('any other answer is told at once, unless it is named', async () => {
  const unknown = answered('UNKNOWN_TOPIC_OR_PARTITION');
  expect(await asking([unknown]).answer).toBe(unknown);
  expect(await asking([new TypeError('a bug')]).answer).toBeInstanceOf(TypeError);
  const named = asking([unknown], 'UNKNOWN_TOPIC_OR_PARTITION');
  await named.clock.advance(100);
  expect(await named.answer).toBe('good');
});
