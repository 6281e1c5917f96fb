import { createBus, memoryStore } from '@waybill/core';
import type { Bus, MemoryTables } from '@waybill/core';
import { countingIds, createProcessGate, faultyStore, faultyTransport, watchBoundaries } from '@waybill/core/testing';
import type { BoundaryWatch, CrashBoundary, ProcessGate } from '@waybill/core/testing';
import { memoryTransport } from '@waybill/transport-memory';
import type { PlacedOrder, PricedCheckout } from '../application/checkout-service.ts';
import { createCommitFirstService } from '../application/commit-first-service.ts';
import { checkoutScope } from '../application/place-order.ts';
import type { PaymentGateway } from '../domain/charge.ts';
import { memoryOrderRows } from '../orders/order-rows.ts';
import type { OrderRows } from '../orders/order-rows.ts';
import type { World } from './crash-world.ts';
import { deskGateway } from './desk-gateway.ts';

export interface Strike {
  readonly at: CrashBoundary;
  /** At which passing, from 1. */
  readonly time: number;
  readonly fault: 'crash' | 'freeze';
}

/** One process of the shop: web tier, relay and payment worker on drivers that can be cut off. */
export interface MortalShop {
  readonly bus: Bus<MemoryTables>;
  readonly boundaries: BoundaryWatch;
  readonly gate: ProcessGate;
  /** Resolves when the strike has happened. */
  readonly struck: Promise<void>;
  /** A submit of a form; never settles when the process dies. */
  readonly placeOrder: (checkout: PricedCheckout, idempotencyKey: string) => Promise<PlacedOrder>;
}

/** Beyond the 30 s of a delivery's lease. */
const frozenMs = 60_000;

export function createMortalShop(world: World, name: string, what: Strike | undefined): MortalShop {
  const { clock, random, state, broker } = world;
  const gate = createProcessGate();
  const { promise: struck, resolve: notice } = Promise.withResolvers<void>();
  const strike = (): void => {
    notice();
    if (what?.fault === 'crash') return gate.kill();
    gate.freeze();
    clock.after(frozenMs, gate.thaw);
  };
  const boundaries = watchBoundaries({ gate, ...what, strike });
  const faults = { gate, boundaries, producerScopes: [checkoutScope] };
  const processClock = gate.clock(clock);
  const newId = countingIds(name);
  const bus = createBus({
    store: faultyStore(memoryStore({ clock, state }), faults),
    transport: faultyTransport(memoryTransport({ broker }), faults),
    clock: processClock,
    random,
    newId,
  });
  const { rowsOf, transaction } = watchConsumer(bus, boundaries);
  const payments = watchPayments(deskGateway({ desk: world.desk, clock: processClock }), gate, boundaries);
  const service = createCommitFirstService({
    bus: { ...bus, transaction },
    rowsOf,
    clock: processClock,
    newId,
    payments,
  });
  const placeOrder: MortalShop['placeOrder'] = (checkout, key) =>
    boundaries.produce(() => service.placeOrder(checkout, key));
  return { bus, boundaries, gate, struck, placeOrder };
}

/**
 * The worker's transactions claim nothing, so their boundaries are found by what they write: C2 lies before the commit of
 * `ATTEMPTED`, C5 behind the commit of the result. C3 and C4 are the two sides of the provider's call.
 */
function watchConsumer(bus: Bus<MemoryTables>, boundaries: BoundaryWatch) {
  const settling = new WeakSet<MemoryTables>();
  const rowsOf = (native: MemoryTables): OrderRows => {
    const rows = memoryOrderRows(native);
    return {
      ...rows,
      saveIntent: async (intent) => {
        await rows.saveIntent(intent);
        if (intent.status === 'ATTEMPTED') await boundaries.reach('C2');
        if (intent.status === 'CAPTURED') settling.add(native);
      },
    };
  };
  const transaction: Bus<MemoryTables>['transaction'] = async (work) => {
    let tables: MemoryTables | undefined;
    const result = await bus.transaction(async (context) => {
      tables = context.native;
      return work(context);
    });
    if (tables !== undefined && settling.has(tables)) await boundaries.reach('C5');
    return result;
  };
  return { rowsOf, transaction };
}

function watchPayments(gateway: PaymentGateway, gate: ProcessGate, boundaries: BoundaryWatch): PaymentGateway {
  return {
    charge: async (request) => {
      await boundaries.reach('C3');
      try {
        return await gate.pass(() => gateway.charge(request));
      } finally {
        await boundaries.reach('C4');
      }
    },
    lookUp: (key) => gate.pass(() => gateway.lookUp(key)),
  };
}
