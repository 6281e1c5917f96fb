import { z } from 'zod';
import { createBus } from '../bus/create-bus.ts';
import { defineCommand } from '../contracts/define-command.ts';
import type { Random } from '../driver/index.ts';
import { createMemoryStoreState } from '../memory-store/memory-store-state.ts';
import type { MemoryStoreState } from '../memory-store/memory-store-state.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { watchBoundaries } from './boundary-watch.ts';
import type { BoundaryWatch } from './boundary-watch.ts';
import type { CrashBoundary } from './crash-boundary.ts';
import type { FaultRates } from './fault-rates.ts';
import { faultyStore } from './faulty-store.ts';
import { faultyTransport } from './faulty-transport.ts';
import { inProcessTransport } from './in-process-transport.ts';
import type { InProcessBroker } from './in-process-transport.ts';
import { paymentProvider } from './payment-provider.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { createProcessGate } from './process-gate.ts';
import type { ProcessGate } from './process-gate.ts';
import { countingIds, seededRandom } from './seeded-random.ts';
import { virtualClock } from './virtual-clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

interface Order {
  readonly orderId: string;
  readonly customer: string;
  readonly number: number;
}

const PayOrder = defineCommand({
  name: 'pay-order',
  version: 1,
  schema: z.object({ orderId: z.string(), customer: z.string(), number: z.int() }),
  orderingKey: ({ customer }) => customer,
  deduplicationKey: ({ orderId }) => orderId,
});

const queue = { kind: 'command', channel: 'pay-order', group: 'handler' } as const;
const checkouts = 'POST /checkouts';
const customers = ['ada', 'ben'];
/** Orders that each customer wants to place while one process lives; what it did not answer is placed again at the next. */
const ordersPerProcess = 3;
/** Longest time between two orders of a customer: longer than a dead relay's lease, so that no process finds all of its work at once. */
const thinkMsMax = 20_000;
/** Virtual time after which a process that has neither died nor worked everything off is stuck. */
const settledWithinMs = 600_000;
/** Beyond every lease: of buckets, of deliveries. */
const frozenMs = 30_000;
/**
 * The payment is a row of the store, of one order or of several in one transaction, or a charge at a provider outside that times out before
 * and after charging.
 */
export const payments = ['inside', 'together', 'outside'] as const;
type Payment = (typeof payments)[number];

/** What goes wrong without anybody dying. */
export interface Noise {
  /** Of every call to the store and of every message and call to the transport. */
  readonly rates: FaultRates;
  readonly lateCommitMsMax: number;
}

export interface Scenario {
  readonly seed: number;
  readonly payment: Payment;
  /** Where one process after the other is struck; the next one starts at once. */
  readonly strikes: readonly CrashBoundary[];
  /** Whether a struck process is dead, or comes back when others have long taken over. */
  readonly fault: 'crash' | 'freeze';
  readonly noise?: Noise;
}

/** What outlives every process: the database, the broker, the payment provider, the customers and time. */
interface World {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly state: MemoryStoreState;
  readonly broker: InProcessBroker;
  readonly provider: PaymentProvider;
  readonly payment: Payment;
  readonly noise: Noise | undefined;
  /** Orders that each customer knows to be placed. */
  readonly placed: Map<string, number>;
}

interface Strike {
  readonly at: CrashBoundary;
  readonly time: number;
  readonly fault: Scenario['fault'];
}

function createWorld({ seed, payment, noise }: Scenario): World {
  const random = seededRandom(seed);
  const clock = virtualClock();
  return {
    clock,
    random,
    payment,
    noise,
    state: createMemoryStoreState('epoch'),
    broker: new Map(),
    provider: paymentProvider({ clock, random, rates: { refused: 0.1, requestLost: 0.1, replyLost: 0.2 } }),
    placed: new Map(customers.map((customer) => [customer, 0])),
  };
}

/** One process: a shop that places orders, a relay and a handler that takes payments, on drivers that can be cut off. */
function createShop(world: World, name: string, what: Strike | undefined) {
  const { clock, random, provider, payment } = world;
  const gate = createProcessGate();
  const { promise: struck, resolve: notice } = Promise.withResolvers<void>();
  const strike = (): void => {
    notice();
    if (what?.fault === 'crash') return gate.kill();
    gate.freeze();
    clock.after(frozenMs, gate.thaw);
  };
  const boundaries = watchBoundaries({ gate, ...what, strike });
  const { store, transport } = createDrivers(world, gate, boundaries);
  const newId = countingIds(name);
  const bus = createBus({ store, transport, clock: gate.clock(clock), random, newId });
  bus.handle(
    PayOrder,
    async (order, { transaction, idempotencyKey }) => {
      if (payment === 'outside') await gate.pass(() => provider.settle(idempotencyKey, order.orderId));
      transaction?.table<Order>('orders').put(order.orderId, { ...order, isPaid: true } as Order);
      // No unique key: an effect that happened twice is to be seen.
      transaction?.table<Order>('effects').insert(newId(), order);
    },
    { effect: 'once', leaseMs: 3000, retry: { attemptsMax: 50 }, ...(payment === 'together' ? { batch: {} } : {}) },
  );
  const place = (order: Order): Promise<void> =>
    boundaries.produce(() =>
      bus.transaction(async ({ native, claim, send }) => {
        const identity = {
          kind: 'identity',
          scope: checkouts,
          key: order.orderId,
          fingerprint: '',
          leaseMs: 0,
        } as const;
        const [outcome] = await claim([identity]);
        if (outcome?.status !== 'claimed') return;
        native.table<Order>('orders').insert(order.orderId, order);
        await send(PayOrder, order);
      }),
    );
  return { gate, boundaries, struck, bus, place };
}

function createDrivers({ clock, random, state, broker, noise }: World, gate: ProcessGate, boundaries: BoundaryWatch) {
  const store = memoryStore({ clock, state });
  const transport = inProcessTransport({ clock, broker });
  const faults = { gate, boundaries, producerScopes: [checkouts] };
  if (noise === undefined) return { store: faultyStore(store, faults), transport: faultyTransport(transport, faults) };
  const chance = { random, rates: noise.rates };
  const lateCommit = { clock, delayMs: () => random() * noise.lateCommitMsMax };
  return {
    store: faultyStore(store, { ...faults, chance, lateCommit }),
    transport: faultyTransport(transport, { ...faults, chance }),
  };
}

type Shop = ReturnType<typeof createShop>;

/** A customer orders one after the other, and tries each again until the shop has answered. */
async function buy({ clock, random, placed }: World, shop: Shop, customer: string, until: number) {
  const answerTo = (order: Order): Promise<'placed' | 'failed' | void> =>
    Promise.race([
      shop.place(order).then(
        () => 'placed' as const,
        () => 'failed' as const,
      ),
      shop.struck,
    ]);
  for (let number = placed.get(customer) ?? 0; number < until && !shop.boundaries.hasStruck;) {
    await clock.sleep(random() * thinkMsMax);
    const answer = await answerTo({ orderId: `${customer}-${number}`, customer, number });
    if (answer !== 'placed') continue;
    number += 1;
    placed.set(customer, number);
  }
}

async function untilSettled({ clock, state, broker }: World): Promise<void> {
  const store = memoryStore({ clock, state });
  const transport = inProcessTransport({ clock, broker });
  for (;;) {
    const { outboxRows } = await store.inspect();
    const { ready = 0, inFlight = 0 } = await transport.inspect(queue);
    if (outboxRows + ready + inFlight === 0) return;
    await clock.sleep(100);
  }
}

/** Each strike moves the customers on to a new process; the last one is not struck. Answers where it really happened. */
async function live(world: World, { strikes, fault }: Scenario): Promise<readonly CrashBoundary[]> {
  const { clock, random } = world;
  const shops: Shop[] = [];
  for (const [index, at] of [...strikes, undefined].entries()) {
    const what = at === undefined ? undefined : { at, time: 1 + Math.floor(random() * 2), fault };
    const shop = createShop(world, `p${index}`, what);
    shops.push(shop);
    const work = async (): Promise<void> => {
      await shop.bus.start();
      const until = (index + 1) * ordersPerProcess;
      await Promise.all(customers.map((customer) => buy(world, shop, customer, until)));
      await untilSettled(world);
    };
    await clock.runUntil(Promise.race([work(), shop.struck]), settledWithinMs);
  }
  // Whoever was frozen comes back and does what it had in its hands.
  if (fault === 'freeze') await clock.advance(2 * frozenMs);
  await clock.runUntil(untilSettled(world), settledWithinMs);
  for (const { gate } of shops) gate.kill();
  return strikes.filter((_, index) => shops[index]?.boundaries.hasStruck);
}

/** What must be true when everything has settled, as lists of what is wrong. */
async function verdict({ state, clock, provider, placed, payment }: World) {
  const store = memoryStore({ clock, state });
  const orders = store.tables.table<Order & { readonly isPaid?: boolean }>('orders').rows();
  const effects = store.tables.table<Order>('effects').rows();
  const wanted = [...placed].flatMap(([customer, count]) =>
    Array.from({ length: count }, (_, at) => `${customer}-${at}`),
  );
  const charged = payment === 'outside' ? provider.charges.map(({ orderId }) => orderId) : wanted;
  const numbersOf = (customer: string) =>
    effects.filter((one) => one.customer === customer).map(({ number }) => number);
  return {
    placed: [...placed.values()],
    lost: wanted.filter((id) => !orders.some(({ orderId, isPaid }) => orderId === id && isPaid === true)),
    notCharged: wanted.filter((id) => !charged.includes(id)),
    chargedTwice: charged.filter((id, at) => charged.indexOf(id) !== at),
    effects: customers.map(numbersOf),
    deadLetters: (await store.inspect()).deadLetters,
  };
}

/** What was wrong, as lists, and what happened, in full. */
export interface Outcome extends Scenario {
  /** Where it really happened. */
  readonly struck: readonly CrashBoundary[];
  /** Orders that each customer was told are placed. */
  readonly placed: readonly number[];
  readonly lost: readonly string[];
  readonly notCharged: readonly string[];
  readonly chargedTwice: readonly string[];
  /** The numbers of each customer's orders in the order in which they took effect. */
  readonly effects: readonly (readonly number[])[];
  readonly deadLetters: number;
}

/** Lives through a scenario until everything has settled. */
export async function outcomeOf(scenario: Scenario): Promise<Outcome> {
  const world = createWorld(scenario);
  const struck = await live(world, scenario);
  return { ...scenario, struck, ...(await verdict(world)) };
}

/** What `outcomeOf` must answer. The scenario is part of both, so that a failure prints what runs it again. */
export function flawless(scenario: Scenario): Outcome {
  const count = (scenario.strikes.length + 1) * ordersPerProcess;
  return {
    ...scenario,
    struck: scenario.strikes,
    placed: customers.map(() => count),
    lost: [],
    notCharged: [],
    chargedTwice: [],
    effects: customers.map(() => Array.from({ length: count }, (_, at) => at)),
    deadLetters: 0,
  };
}
