import type { Delivery, Receipt, ReceiverOptions, TransportDriver } from '@waybill/core/driver';
import { inProcessTransport, virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { createHeldCount } from './held-count.ts';
import type { WorkerCounts } from './worker-protocol.ts';

const subscription = { kind: 'command', channel: 'orders', group: 'handler' } as const;

const deliveryOf = (receipt: Receipt): Delivery => ({
  receipt,
  message: { id: '1', key: 'ada', deduplicationKey: '1', headers: {}, body: new Uint8Array(), delayMs: 0 },
  attempt: 1,
  enqueuedAtMs: undefined,
  origin: undefined,
});

/** A driver that hands these out at once, and can lose them. */
function openStage(receipts: readonly Receipt[]) {
  let onLost: ReceiverOptions['onLost'] = () => undefined;
  const transport: TransportDriver = {
    ...inProcessTransport({ clock: virtualClock() }),
    openReceiver: async (_, options) => {
      ({ onLost } = options);
      return {
        receiveBatch: async () => receipts.map(deliveryOf),
        settleBatch: async (settlements) => settlements.map(() => ({ status: 'settled' })),
        extendBatch: async (extended) => extended.map(() => 'extended'),
        close: async () => undefined,
      };
    },
  };
  return { transport, lose: (lost: readonly Receipt[]) => onLost(lost) };
}

test('deliveries are held from when they are handed out until they are settled or lost, or the bus is gone', async () => {
  const [first, second, third] = [{}, {}, {}];
  const told: WorkerCounts[] = [];
  const lost: Receipt[] = [];
  const { transport, lose } = openStage([first, second, third]);
  const count = createHeldCount((counts) => told.push(counts));
  const receiver = await count.watch(transport).openReceiver(subscription, {
    leaseMs: 1000,
    unsettledMax: 3,
    onLost: (receipts) => lost.push(...receipts),
  });

  await receiver.receiveBatch(3, new AbortController().signal);
  expect(told.at(-1)).toEqual({ received: 3, held: 3, refused: 0 });
  await receiver.settleBatch([{ receipt: first, action: 'accept' }]);
  expect(told.at(-1)).toEqual({ received: 3, held: 2, refused: 0 });
  lose([second]);
  expect(lost).toEqual([second]);
  expect(told.at(-1)).toEqual({ received: 3, held: 1, refused: 0 });
  count.refuse();
  count.letGo();
  expect(told.at(-1)).toEqual({ received: 3, held: 0, refused: 1 });
});
