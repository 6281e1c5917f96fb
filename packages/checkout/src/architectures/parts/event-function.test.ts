import type { Delivery, Settlement, TransportReceiver } from '@waybill/core/driver';
import { expect, test } from 'vitest';
import { startEventFunction } from './event-function.ts';

const delivery = (key: string, attempt = 1): Delivery => ({
  receipt: { key },
  message: { id: key, key, deduplicationKey: key, headers: {}, body: new Uint8Array(), delayMs: 0 },
  attempt,
  enqueuedAtMs: 0,
  origin: undefined,
});

/** Hands out one batch, then waits to be stopped. */
const receiverOf = (...deliveries: readonly Delivery[]) => {
  const settlements: Settlement[] = [];
  const { promise: allSettled, resolve } = Promise.withResolvers<void>();
  let batch = deliveries;
  const receiver: TransportReceiver = {
    receiveBatch: async (_limit, signal) => {
      const handed = batch;
      batch = [];
      if (handed.length === 0 && !signal.aborted) {
        await new Promise((stop) => signal.addEventListener('abort', stop, { once: true }));
      }
      return handed;
    },
    settleBatch: async (some) => {
      settlements.push(...some);
      if (settlements.length === deliveries.length) resolve();
      return some.map(() => ({ status: 'settled' }));
    },
    extendBatch: async (receipts) => receipts.map(() => 'extended'),
    close: async () => undefined,
  };
  return { receiver, settlements, allSettled };
};

test('an event that was worked on is accepted; one that failed comes again later and later', async () => {
  const { receiver, settlements, allSettled } = receiverOf(delivery('good'), delivery('bad', 1), delivery('bad', 2));
  const lambda = startEventFunction({
    receiver,
    invoke: async (key) => {
      if (key === 'bad') throw new Error('no');
    },
  });
  await allSettled;
  await lambda.stop();
  expect(settlements).toEqual([
    { receipt: { key: 'good' }, action: 'accept' },
    { receipt: { key: 'bad' }, action: 'release', delayMs: 60_000 },
    { receipt: { key: 'bad' }, action: 'release', delayMs: 120_000 },
  ]);
});

test('a stop waits for what runs, and its events are settled', async () => {
  const { receiver, settlements } = receiverOf(delivery('slow'));
  const invoked = Promise.withResolvers<void>();
  const paid = Promise.withResolvers<void>();
  const invoke = (): Promise<void> => {
    invoked.resolve();
    return paid.promise;
  };
  const lambda = startEventFunction({ receiver, invoke });
  await invoked.promise;
  const stopping = lambda.stop();
  expect(settlements).toEqual([]);
  paid.resolve();
  await stopping;
  expect(settlements).toEqual([{ receipt: { key: 'slow' }, action: 'accept' }]);
});
