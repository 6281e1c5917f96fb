import { createBus, defineEvent, memoryStore } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { z } from 'zod';
import { placeInTable, toPlacedOrder } from '../application/place-in-table.ts';
import { createOrderTable } from '../orders/order-table.ts';
import { payOrder } from '../payment/pay-order.ts';
import type { Architecture } from './architecture.ts';
import { busLife } from './parts/bus-life.ts';

const orderPlaced = defineEvent({
  name: 'order-placed',
  version: 1,
  schema: z.strictObject({ orderId: z.string().min(1) }),
});

/**
 * "Store the order in the database. Send a message that includes the order number to Amazon Simple Notification Service (Amazon SNS).
 * Set the payment service to poll Amazon SNS, retrieve the message, and process the order."
 */
export const optionCSns: Architecture = {
  id: 'sns',
  title: 'C: SNS',
  asWorded: 'Not buildable: a topic cannot be polled; none of its API calls receives a message.',
  nearest: 'A standard topic with a standard SQS queue subscribed to it; the payment service reads the queue.',
  why: 'The order is written before the message is sent, under a new number for every submit: whoever is not told “paid” in time makes a second order and a second charge.',
  idempotencyKey: 'ignored',
  timeScaleMax: Infinity,
  start: async ({ clock, random, newId, payments }) => {
    const orders = createOrderTable();
    const transport = memoryTransport({ profile: 'sns-to-sqs', clock, random });
    const bus = createBus({ transport, store: memoryStore({ clock, newId }), clock, random, newId });
    bus.handle(
      orderPlaced,
      async ({ orderId }) => {
        await payOrder(orderId, { clock, payments, orders });
      },
      { group: 'payment', concurrency: 50 },
    );
    await bus.start();

    return {
      service: {
        placeOrder: async (checkout) => {
          const order = await placeInTable(checkout, { clock, newId, orders });
          await bus.publish(orderPlaced, { orderId: order.id });
          return toPlacedOrder(order);
        },
        findOrder: orders.find,
      },
      orders: orders.all,
      ...busLife(bus),
    };
  },
};
