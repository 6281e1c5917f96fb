import { createRequire } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import { quietRequestQueues } from './quiet-request-queues.ts';

interface RequestQueue {
  readonly pending: unknown[];
  readonly throttleCheckTimeoutId: NodeJS.Timeout | null;
  readonly scheduleCheckPendingRequests: () => void;
}

type RequestQueueClass = new (options: object) => RequestQueue;

const open = (): RequestQueue => {
  const Queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as RequestQueueClass;
  const queue = new Queue({ logger: { debug: () => undefined }, enforceRequestTimeout: false });
  onTestFinished(() => clearTimeout(queue.throttleCheckTimeoutId ?? undefined));
  return queue;
};

test('a connection on which nothing waits has no timer; as kafkajs is released it always has one', () => {
  const released = open();
  released.scheduleCheckPendingRequests();
  expect(released.throttleCheckTimeoutId).not.toBeNull();
  quietRequestQueues();
  const quiet = open();
  quiet.scheduleCheckPendingRequests();
  expect(quiet.throttleCheckTimeoutId).toBeNull();
});

test('a request that waits is looked after', () => {
  quietRequestQueues();
  const queue = open();
  queue.pending.push({});
  queue.scheduleCheckPendingRequests();
  expect(queue.throttleCheckTimeoutId).not.toBeNull();
});
