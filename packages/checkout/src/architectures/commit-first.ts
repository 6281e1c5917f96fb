import { createBus, memoryStore } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { createPlaceOrder } from '../application/place-order.ts';
import { takePaymentCommand } from '../application/take-payment-command.ts';
import { createTakePayment } from '../application/take-payment.ts';
import type { Order } from '../domain/order.ts';
import { memoryOrderRows, orderTables } from '../orders/order-rows.ts';
import type { Architecture } from './architecture.ts';
import { busLife } from './parts/bus-life.ts';

/** An order must come to an end: a payment whose result stays unknown is asked about for a day before a human looks at it. */
const patientRetry = { attemptsMax: 1000, elapsedMsMax: 86_400_000, backoffMs: 500, backoffMsMax: 60_000 };

/** None of the options. The form carries a token, and everything that must be true together is committed together. */
export const commitFirst: Architecture = {
  id: 'commit-first',
  title: 'Waybill: commit first',
  asWorded: 'Buildable as worded.',
  nearest:
    'Idempotency key, order, payment intent and outbox row in one transaction; the payment is a consequence, under a key of its own at the provider.',
  why: 'A resubmit brings the key of its form and gets the order that is there; an unknown charge is looked up before it is tried again.',
  idempotencyKey: 'required',
  start: async ({ clock, random, newId, payments }) => {
    const store = memoryStore({ clock, newId });
    const transport = memoryTransport({ profile: 'plain', clock, random });
    const bus = createBus({ transport, store, clock, random, newId });
    const parts = { bus, rowsOf: memoryOrderRows, clock, newId, payments };
    // One command per order: there is no order to keep, so any broker will do.
    bus.handle(takePaymentCommand, createTakePayment(parts), { order: 'none', concurrency: 50, retry: patientRetry });
    await bus.start();

    return {
      service: {
        placeOrder: createPlaceOrder(parts),
        findOrder: (id) => bus.transaction(({ native }) => memoryOrderRows(native).findOrder(id)),
      },
      orders: async () => store.tables.table<Order>(orderTables.orders).rows(),
      ...busLife(bus),
    };
  },
};
