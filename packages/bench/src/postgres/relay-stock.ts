import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRelay } from '@waybill/core';
import type { TransportDriver } from '@waybill/core/driver';
import type { BenchStore, PostgresContest } from './contest.ts';
import type { OutboxStock } from './outbox-stock.ts';

export interface RelayStockOptions {
  /** One for each relay. As a relay lives for weeks, so does its store: they are opened once and kept for all rounds. */
  readonly stores: readonly BenchStore[];
  readonly transport: TransportDriver;
}

/** What relays of this process reached, and how busy their thread was: 1 is all that one thread can do. */
export interface Relayed {
  readonly rate: number;
  readonly busy: number;
}

/** Lets relays share the buckets, gives them the stock and waits until it is sent and deleted. */
export async function relayStock(
  contest: PostgresContest,
  stock: OutboxStock,
  { stores, transport }: RelayStockOptions,
): Promise<Relayed> {
  let confirmed = 0;
  const { promise: allConfirmed, resolve } = Promise.withResolvers<void>();
  const observe = ({ event }: { readonly event: string }): void => {
    if (event === 'published') confirmed += 1;
    if (confirmed === stock.rows) resolve();
  };
  const relays = stores.map((store) => createRelay({ store, transport, observe, leaseMs: 5000, pollMs: 60_000 }));
  for (const relay of relays) relay.start();
  await untilShared(contest, relays.length);
  await stock.putIn();
  const before = performance.eventLoopUtilization();
  const startedAtMs = performance.now();
  for (const relay of relays) relay.wake();
  await allConfirmed;
  // Confirmed is not yet deleted, which whoever works by hand has done as well.
  await Promise.all(relays.map((relay) => relay.idle()));
  const rate = (stock.rows / (performance.now() - startedAtMs)) * 1000;
  const { utilization: busy } = performance.eventLoopUtilization(before);
  await Promise.all(relays.map((relay) => relay.stop()));
  return { rate, busy };
}

async function untilShared({ pool, store }: PostgresContest, relays: number): Promise<void> {
  const share = Math.ceil(store.capabilities.outbox.buckets / relays);
  for (;;) {
    const { rows } = await pool.query<{ held: number }>(
      'select count(*)::int as held from waybill.buckets where lease_until > now() group by owner',
    );
    if (rows.length === relays && rows.every(({ held }) => held <= share)) return;
    await sleep(20);
  }
}
