import { memoryTransport } from '@waybill/transport-memory';
import { newOrder, toPlacedOrder } from '../application/place-in-table.ts';
import type { Order } from '../domain/order.ts';
import { createOrderTable } from '../orders/order-table.ts';
import { payOrder } from '../payment/pay-order.ts';
import type { Architecture } from './architecture.ts';
import { startObjectReader } from './parts/object-reader.ts';
import { sendOne } from './parts/send-one.ts';

/**
 * "Configure the web application to send an order message to Amazon Kinesis Data Firehose. Set the payment service to retrieve the
 * message from Kinesis Data Firehose and process the order."
 */
export const optionAFirehose: Architecture = {
  id: 'firehose',
  title: 'A: Kinesis Data Firehose',
  asWorded: 'Not buildable: Firehose has no receive call; it only writes what it is given to a destination.',
  nearest:
    'Direct PUT into S3; the payment service polls the bucket and works through each object. The order exists when its object is read.',
  why: 'An order waits up to 300 s in the buffer, so every buyer gives up on it; every resubmit is a record, an order and a charge of its own.',
  idempotencyKey: 'ignored',
  timeScaleMax: Infinity,
  start: async ({ clock, random, newId, payments }) => {
    const orders = createOrderTable();
    const transport = memoryTransport({ profile: 'firehose', clock, random, newId });
    const stream = { kind: 'command', channel: 'orders' } as const;
    await transport.ensureTopology({ channels: [stream], subscriptions: [] });
    const sender = await transport.openSender(stream);
    let recordsSent = 0;

    const paymentService = startObjectReader({
      objects: transport.objects,
      clock,
      pollMs: 10_000,
      readingsMax: 5,
      work: async (record) => {
        const order = decodeOrder(record);
        if ((await orders.find(order.id)) === undefined) await orders.insert(order);
        await payOrder(order.id, { clock, payments, orders });
      },
    });

    return {
      service: {
        placeOrder: async (checkout) => {
          const order = newOrder(checkout, newId(), clock.now());
          recordsSent += 1;
          await sendOne(sender, order.id, order);
          return toPlacedOrder(order);
        },
        findOrder: orders.find,
      },
      orders: orders.all,
      isIdle: async () => paymentService.recordsDone() === recordsSent,
      stop: async () => {
        paymentService.stop();
        await transport.close();
      },
    };
  },
};

/** A record holds what the web application has put there, and nobody else writes to the stream. */
function decodeOrder(record: Uint8Array): Order {
  return JSON.parse(new TextDecoder().decode(record)) as Order;
}
