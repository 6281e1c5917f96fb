import { createRequire } from 'node:module';
import { afterEach, expect, test, vi } from 'vitest';
import { quietRequestQueues } from './quiet-request-queues.ts';

interface RequestQueue {
  readonly checkPendingRequests: () => void;
  readonly scheduleRequestTimeoutCheck: () => void;
  readonly push: (request: object) => void;
  readonly destroy: () => void;
}

type RequestQueueClass = new (options: object) => RequestQueue;

const RequestQueueOfKafkajs = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as RequestQueueClass;

const openQueue = (requestTimeout = 5000): RequestQueue =>
  new RequestQueueOfKafkajs({
    maxInFlightRequests: null,
    requestTimeout,
    enforceRequestTimeout: true,
    clientId: 'test',
    broker: 'host:1',
    logger: { debug: () => undefined },
  });

/** Timers that fire in so many milliseconds of a connection on which nothing is asked. */
const firedIn = (ms: number): number => {
  vi.useFakeTimers();
  const queue = openQueue();
  let fired = 0;
  const { setTimeout: setFakeTimeout } = globalThis;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((task: () => void, delayMs: number) =>
    setFakeTimeout(() => {
      fired += 1;
      task();
    }, delayMs)) as typeof setTimeout);
  queue.checkPendingRequests();
  vi.advanceTimersByTime(ms);
  queue.destroy();
  return fired;
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('an idle connection of kafkajs fires a timer a millisecond as it was released, and none once it is quiet', () => {
  expect(firedIn(1000)).toBeGreaterThan(900);
  quietRequestQueues();
  expect(firedIn(1000)).toBe(0);
});

test('a request that is not answered is given up within a second of its time', () => {
  quietRequestQueues();
  vi.useFakeTimers();
  const queue = openQueue(5000);
  const failures: unknown[] = [];
  queue.scheduleRequestTimeoutCheck();
  queue.push({
    entry: {
      correlationId: 1,
      apiName: 'Metadata',
      apiKey: 3,
      apiVersion: 6,
      reject: (error: unknown) => failures.push(error),
    },
    expectResponse: true,
    sendRequest: () => undefined,
  });
  vi.advanceTimersByTime(5000);
  expect(failures).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(failures).toMatchObject([{ name: 'KafkaJSRequestTimeoutError' }]);
  queue.destroy();
  expect(vi.getTimerCount()).toBe(0);
});
