import { createBus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { createCommitFirstService } from '../application/commit-first-service.ts';
import { resumePayments } from '../application/resume-payments.ts';
import type { Broker } from '../open-broker.ts';
import type { OrderBook } from '../orders/order-book.ts';
import type { Architecture, ArchitectureParts } from './architecture.ts';
import { busLife } from './parts/bus-life.ts';

export interface CommitFirstOptions<Native> {
  /** Called at each start; closed at its end. */
  readonly openOrders: (parts: Pick<ArchitectureParts, 'clock' | 'newId'>) => Promise<OrderBook<Native>>;
  /** What keeps the orders, as a reader is told. */
  readonly database: string;
  /** Called at each start; closed by the bus at its end. Default: a broker in this process. */
  readonly openBroker?: () => Promise<Broker>;
  /** Default: any. */
  readonly timeScaleMax?: number;
}

/** None of the options. The form carries a token, and everything that must be true together is committed together. */
export const commitFirst = <Native>({
  openOrders,
  database,
  openBroker,
  timeScaleMax = Infinity,
}: CommitFirstOptions<Native>): Architecture => ({
  id: 'commit-first',
  title: 'Waybill: commit first',
  asWorded: 'Buildable as worded.',
  nearest: `Idempotency key, order, payment intent and outbox row in one transaction of ${database}; the payment is a consequence, under a key of its own at the provider.`,
  why: 'A resubmit brings the key of its form and gets the order that is there; an unknown charge is looked up before it is tried again. Its slowest payments take as long as the provider does: no second charge overtakes them.',
  idempotencyKey: 'required',
  timeScaleMax,
  start: async ({ clock, random, newId, payments, ...rest }) => {
    const broker = (await openBroker?.()) ?? { transport: memoryTransport({ profile: 'plain', clock, random }) };
    const book = await openOrders({ clock, newId });
    const bus = createBus({ ...broker, store: book.store, clock, random, newId, ...rest });
    const service = createCommitFirstService({ bus, rowsOf: book.rowsOf, clock, newId, payments });
    await bus.start();
    if (broker.transport.capabilities.durability.level === 'unsupported') await resumePayments(bus, book);
    const { isIdle, stop } = busLife(bus);
    return {
      service,
      orders: book.orders,
      isIdle,
      stop: async () => {
        await stop();
        await book.close();
      },
    };
  },
});
