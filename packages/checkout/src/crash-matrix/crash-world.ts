import { createMemoryStoreState, memoryStore } from '@waybill/core';
import type { MemoryStoreState } from '@waybill/core';
import type { Random } from '@waybill/core/driver';
import { countingIds, virtualClock } from '@waybill/core/testing';
import type { CrashBoundary, VirtualClock } from '@waybill/core/testing';
import { createMemoryBroker } from '@waybill/transport-memory';
import type { MemoryBroker, ProfileName } from '@waybill/transport-memory';
import type { Order } from '../domain/order.ts';
import { seededRandom } from '../domain/seeded-random.ts';
import { orderTables } from '../orders/order-rows.ts';
import { createChargeDesk } from '../provider/charge-desk.ts';
import type { ChargeDesk } from '../provider/charge-desk.ts';
import type { ProviderBehaviour } from '../provider/provider-behaviour.ts';

export interface Scenario {
  readonly seed: number;
  /** Where one process after the other is struck; the next one starts at once on what has survived. */
  readonly strikes: readonly CrashBoundary[];
  /** A struck process is dead, or comes back when others have long taken over. */
  readonly fault: 'crash' | 'freeze';
  readonly broker: ProfileName;
  /** If the provider does not honour idempotency keys, only the look-up stands between a buyer and a second charge. */
  readonly providerKeys: 'honoured' | 'ignored';
}

/** What outlives every process: time, the database, the broker, the provider, and what the buyers remember. */
export interface World {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly state: MemoryStoreState;
  readonly broker: MemoryBroker;
  readonly desk: ChargeDesk;
  /** Every order number that a wish was given. */
  readonly told: Map<string, Set<string>>;
}

/** A provider that leaves half of all calls with an unknown result. */
const unreliable: Omit<ProviderBehaviour, 'honoursIdempotencyKeys'> = {
  latency: { medianMs: 800, sigma: 0.5 },
  slowLatency: { medianMs: 20_000, sigma: 0.5 },
  slowShare: 0.2,
  errorBeforeCaptureShare: 0.1,
  errorAfterCaptureShare: 0.1,
  silentAfterCaptureShare: 0.1,
  declinedShare: 0,
};

export function createWorld({ seed, broker, providerKeys }: Scenario): World {
  const clock = virtualClock();
  const brokerChance = { random: seededRandom(seed, 'broker'), newId: countingIds('object') };
  const behaviour = { ...unreliable, honoursIdempotencyKeys: providerKeys === 'honoured' };
  return {
    clock,
    random: seededRandom(seed, 'world'),
    state: createMemoryStoreState('epoch'),
    broker: createMemoryBroker({ profile: broker, clock, ...brokerChance }),
    desk: createChargeDesk({ clock, seed, behaviour }),
    told: new Map(),
  };
}

/** What is wrong when everything has settled, as lists of wishes. All empty is what is wanted. */
export interface Harm {
  /** Told an order number that is not in the order table, or not paid. */
  readonly lost: readonly string[];
  readonly notCharged: readonly string[];
  readonly chargedTwice: readonly string[];
  /** More than one order in the table, or more than one number told. */
  readonly orderedTwice: readonly string[];
  readonly deadLetters: number;
}

export async function findHarm({ clock, state, desk, told }: World): Promise<Harm> {
  const store = memoryStore({ clock, state });
  const orders = Map.groupBy(store.tables.table<Order>(orderTables.orders).rows(), ({ customerId }) => customerId);
  const charges = Map.groupBy(desk.ledger(), ({ customerId }) => customerId);
  const wishes = [...told.keys()];
  const isPaid = (wish: string, id: string): boolean =>
    orders.get(wish)?.some((order) => order.id === id && order.status === 'PAID') === true;
  return {
    lost: wishes.filter((wish) => ![...(told.get(wish) ?? [])].every((id) => isPaid(wish, id))),
    notCharged: wishes.filter((wish) => !charges.has(wish)),
    chargedTwice: [...charges].filter(([, { length }]) => length > 1).map(([wish]) => wish),
    orderedTwice: wishes.filter((wish) => told.get(wish)?.size !== 1 || orders.get(wish)?.length !== 1),
    deadLetters: (await store.inspect()).deadLetters,
  };
}
