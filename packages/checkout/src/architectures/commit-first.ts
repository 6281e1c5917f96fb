import { createBus, memoryStore } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { createCommitFirstService } from '../application/commit-first-service.ts';
import type { Order } from '../domain/order.ts';
import { memoryOrderRows, orderTables } from '../orders/order-rows.ts';
import type { Architecture } from './architecture.ts';
import { busLife } from './parts/bus-life.ts';

/** None of the options. The form carries a token, and everything that must be true together is committed together. */
export const commitFirst: Architecture = {
  id: 'commit-first',
  title: 'Waybill: commit first',
  asWorded: 'Buildable as worded.',
  nearest:
    'Idempotency key, order, payment intent and outbox row in one transaction; the payment is a consequence, under a key of its own at the provider.',
  why: 'A resubmit brings the key of its form and gets the order that is there; an unknown charge is looked up before it is tried again. Its slowest payments take as long as the provider does: no second charge overtakes them.',
  idempotencyKey: 'required',
  start: async ({ clock, random, newId, payments, ...rest }) => {
    const store = memoryStore({ clock, newId });
    const transport = memoryTransport({ profile: 'plain', clock, random });
    const bus = createBus({ transport, store, clock, random, newId, ...rest });
    const service = createCommitFirstService({ bus, rowsOf: memoryOrderRows, clock, newId, payments });
    await bus.start();
    return { service, orders: async () => store.tables.table<Order>(orderTables.orders).rows(), ...busLife(bus) };
  },
};
