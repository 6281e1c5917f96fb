import type { PayloadOf } from '@waybill/core';
import type { StoreDriver } from '@waybill/core/driver';
import type { takePaymentCommand } from '../application/take-payment-command.ts';
import type { Order } from '../domain/order.ts';
import type { OrderRows } from './order-rows.ts';

/** What a shop keeps: its own rows, and the store whose transactions they share with idempotency keys and outbox. */
export interface OrderBook<Native> {
  /** For a bus, which closes it and what lies below it. */
  readonly store: StoreDriver<Native>;
  readonly rowsOf: (native: Native) => OrderRows;
  /** Every order as it stands, read past the service. */
  readonly orders: () => Promise<readonly Order[]>;
  /** The commands of payments that have not come to an end, a page by the ids of their intents after `afterIntentId`. */
  readonly openPayments: (afterIntentId: string) => Promise<readonly PayloadOf<typeof takePaymentCommand>[]>;
  /** Once the bus has stopped. */
  readonly close: () => Promise<void>;
}
