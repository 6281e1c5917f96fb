import type { WishOutcome } from '../buyers/run-buyer.ts';
import type { ArchitectureResult } from '../comparison-result.ts';
import type { Order } from '../domain/order.ts';
import type { LedgerEntry } from '../provider/charge-desk.ts';
import { quantile } from './quantile.ts';

/** What is left when a run is over: the buyers' memory, the order table and the provider's ledger. */
export interface Evidence {
  readonly wishes: readonly WishOutcome[];
  readonly orders: readonly Order[];
  readonly ledger: readonly LedgerEntry[];
  /** See `ArchitectureResult.unsettled`. */
  readonly unsettled: string | undefined;
}

export type Figures = Omit<ArchitectureResult, 'id' | 'title' | 'asWorded' | 'nearest' | 'why'>;

/** Turns the evidence into the figures, each as `ArchitectureResult` defines it. */
export function countOutcomes({ wishes, orders, ledger, unsettled }: Evidence): Figures {
  const ordersOf = Map.groupBy(orders, (order) => order.customerId);
  const chargesOf = Map.groupBy(ledger, (entry) => entry.customerId);
  const paid = new Set(orders.filter(({ status }) => status === 'PAID').map(({ id }) => id));
  const checkoutSamplesMs = ascending(
    wishes.map(({ startedAtMs, answeredAtMs }) => elapsed(startedAtMs, answeredAtMs)),
  );
  const timeToPaidSamplesMs = ascending(
    wishes.map(({ customerId, startedAtMs }) => elapsed(startedAtMs, firstPaidAtMs(ordersOf.get(customerId) ?? []))),
  );
  return {
    wishes: wishes.length,
    orders: orders.length,
    duplicateOrders: sum([...ordersOf.values()].map(({ length }) => length - 1)),
    lostOrders: wishes.filter((wish) => isLost(wish, ordersOf.get(wish.customerId) ?? [])).length,
    charges: ledger.length,
    duplicateCharges: sum([...chargesOf.values()].map(({ length }) => length - 1)),
    chargesWithoutOrder: ledger.filter(({ orderId }) => !paid.has(orderId)).length,
    stuckOrders: orders.filter(({ status }) => status === 'PENDING_PAYMENT').length,
    unsettled,
    submits: sum(wishes.map(({ submits }) => submits)),
    timeouts: sum(wishes.map(({ timeouts }) => timeouts)),
    checkoutMs: {
      p50: quantile(checkoutSamplesMs, 0.5),
      p99: quantile(checkoutSamplesMs, 0.99),
      max: checkoutSamplesMs.at(-1) ?? 0,
    },
    timeToPaidMs: { p50: quantile(timeToPaidSamplesMs, 0.5), p99: quantile(timeToPaidSamplesMs, 0.99) },
    checkoutSamplesMs,
    timeToPaidSamplesMs,
  };
}

/** The shop has told an order number, and of all the orders of the wish none came to an end. */
function isLost({ orderIds }: WishOutcome, orders: readonly Order[]): boolean {
  return orderIds.length > 0 && orders.every(({ status }) => status === 'PENDING_PAYMENT');
}

function firstPaidAtMs(orders: readonly Order[]): number | undefined {
  const times = orders.flatMap(({ status, settledAtMs }) =>
    status === 'PAID' && settledAtMs !== undefined ? [settledAtMs] : [],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

function elapsed(fromMs: number, toMs: number | undefined): number | undefined {
  return toMs === undefined ? undefined : toMs - fromMs;
}

function ascending(samples: readonly (number | undefined)[]): readonly number[] {
  return samples.filter((sample) => sample !== undefined).toSorted((left, right) => left - right);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
