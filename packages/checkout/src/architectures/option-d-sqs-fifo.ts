import { createBus, defineCommand, memoryStore } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { z } from 'zod';
import { placeInTable, toPlacedOrder } from '../application/place-in-table.ts';
import { createOrderTable } from '../orders/order-table.ts';
import { payOrder } from '../payment/pay-order.ts';
import type { Architecture } from './architecture.ts';
import { busLife } from './parts/bus-life.ts';

/** "A message that includes the order number": the number is deduplication id and message group as well. */
const processOrder = defineCommand({
  name: 'process-order',
  version: 1,
  schema: z.strictObject({ orderId: z.string().min(1) }),
  orderingKey: ({ orderId }) => orderId,
  deduplicationKey: ({ orderId }) => orderId,
});

/**
 * "Store the order in the database. Send a message that includes the order number to an Amazon Simple Queue Service (Amazon SQS) FIFO
 * queue. Set the payment service to retrieve the message and process the order. Delete the message from the queue."
 */
export const optionDSqsFifo: Architecture = {
  id: 'sqs-fifo',
  title: 'D: SQS FIFO',
  asWorded: 'Buildable as worded.',
  nearest:
    'Exactly that: the order is stored, its number is sent with itself as deduplication id, the order is paid, the message is deleted.',
  why: 'The queue drops a second message with the same order number, but a resubmit has a new number: its order is stored before the queue is asked, and its message is the first of its kind.',
  idempotencyKey: 'ignored',
  timeScaleMax: Infinity,
  start: async ({ clock, random, newId, payments }) => {
    const orders = createOrderTable();
    const transport = memoryTransport({ profile: 'sqs-fifo', clock, random });
    const bus = createBus({ transport, store: memoryStore({ clock, newId }), clock, random, newId });
    // The bus deletes the message when the handler has returned, and renews its visibility until then.
    bus.handle(
      processOrder,
      async ({ orderId }) => {
        await payOrder(orderId, { clock, payments, orders });
      },
      { concurrency: 50 },
    );
    await bus.start();

    return {
      service: {
        placeOrder: async (checkout) => {
          const order = await placeInTable(checkout, { clock, newId, orders });
          await bus.send(processOrder, { orderId: order.id });
          return toPlacedOrder(order);
        },
        findOrder: orders.find,
      },
      orders: orders.all,
      ...busLife(bus),
    };
  },
};
