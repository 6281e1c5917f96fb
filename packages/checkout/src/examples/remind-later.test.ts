// #region test
import { defineCommand } from '@waybill/core';
import { testBus, virtualClock } from '@waybill/core/testing';
import { memoryTransport } from '@waybill/transport-memory';
import { expect, test } from 'vitest';
import { z } from 'zod';

const RemindCustomer = defineCommand({
  name: 'remind-customer',
  version: 1,
  schema: z.object({ orderId: z.string() }),
  orderingKey: (order) => order.orderId,
});
const hourMs = 60 * 60 * 1000;

test('a reminder that is scheduled with its order comes after an hour', async () => {
  const clock = virtualClock();
  // A FIFO queue cannot delay a message at all, so the store keeps it.
  const { bus, idle, store, handled } = testBus({ clock, transport: memoryTransport({ profile: 'sqs-fifo', clock }) });
  bus.handle(RemindCustomer, ({ orderId }) => void orderId);
  await idle(() =>
    bus.transaction(async ({ native, send }) => {
      native.table('orders').insert('o-1', { status: 'placed' });
      await send(RemindCustomer, { orderId: 'o-1' }, { delayMs: hourMs });
    }),
  );
  await clock.advance(hourMs / 2);
  expect(handled(RemindCustomer)).toEqual([]);
  expect(await store.inspect()).toMatchObject({ scheduledRows: 1, outboxRows: 0 });
  await clock.advance(hourMs / 2);
  await idle();
  expect(handled(RemindCustomer)).toEqual([{ orderId: 'o-1' }]);
});
// #endregion
