import { virtualClock } from '@waybill/core/testing';
import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { retryAnswers } from './retry-answers.ts';

/** As the library has it: the type is that of the answer. */
const answered = (type: string): Error => new kafkajs.KafkaJSProtocolError(Object.assign(new Error(type), { type }));

/** Answers with each of the errors, and then with `good`. */
const asking = (errors: readonly Error[], also?: string) => {
  const clock = virtualClock();
  let asked = 0;
  const ask = (): Promise<string> => {
    const error = errors[asked];
    asked += 1;
    return error === undefined ? Promise.resolve('good') : Promise.reject(error);
  };
  const answer = retryAnswers({ clock, requestTimeoutMs: 1000 }, ask, also).catch((error: unknown) => error);
  return { clock, answer, asked: () => asked };
};

test.each([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_CONTROLLER',
  'OFFSET_NOT_AVAILABLE',
])('who is told %s asks again, and has its answer once it is there', async (type) => {
  const { clock, answer, asked } = asking([answered(type), answered(type)]);
  await clock.advance(99);
  expect(asked()).toBe(1);
  await clock.advance(101);
  expect(await answer).toBe('good');
  expect(asked()).toBe(3);
});

test('what the library has wrapped, or found out by asking every broker, passes as well', async () => {
  const wrapped = new Error('given up', { cause: answered('GROUP_LOAD_IN_PROGRESS') });
  const nobody = Object.assign(new Error('nobody'), { name: 'KafkaJSGroupCoordinatorNotFound' });
  const { clock, answer } = asking([wrapped, nobody]);
  await clock.advance(200);
  expect(await answer).toBe('good');
});

test('a coordinator that goes on loading is an error when the time of a request is over', async () => {
  const loading = answered('GROUP_LOAD_IN_PROGRESS');
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
