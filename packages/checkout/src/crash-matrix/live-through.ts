import type { CrashBoundary } from '@waybill/core/testing';
import type { PricedCheckout } from '../application/checkout-service.ts';
import { createWorld, findHarm } from './crash-world.ts';
import type { Harm, Scenario, World } from './crash-world.ts';
import { createMortalShop } from './mortal-shop.ts';
import type { MortalShop } from './mortal-shop.ts';

/** What a scenario came to. The scenario is part of it, so that a failure prints what runs it again. */
export interface Outcome extends Scenario, Harm {
  /** Where it really happened. */
  readonly struck: readonly CrashBoundary[];
  /** Buyers who were told an order number. */
  readonly served: number;
}

/** Buyers who come while one process lives. */
const buyersPerProcess = 4;
/** Between two submits of a buyer, and before the first. */
const thinkMsMax = 10_000;
/** Virtual time after which a world that has not settled never will. */
const settledWithinMs = 3_600_000;

/** Lives through a scenario until everything has settled: each strike moves the buyers on to a new process, the last is not struck. */
export async function liveThrough(scenario: Scenario): Promise<Outcome> {
  const world = createWorld(scenario);
  const { clock, random } = world;
  const shops: MortalShop[] = [];
  for (const [index, at] of [...scenario.strikes, undefined].entries()) {
    const what = at === undefined ? undefined : { at, time: 1 + Math.floor(random() * 2), fault: scenario.fault };
    const shop = createMortalShop(world, `p${index}`, what);
    shops.push(shop);
    await clock.runUntil(Promise.race([serve(world, shop, index), shop.struck]), settledWithinMs);
  }
  // Whoever was frozen comes back and does what it had in its hands.
  await clock.advance(120_000);
  await clock.runUntil(untilSettled(world, shops.at(-1)), settledWithinMs);
  for (const { gate } of shops) gate.kill();
  const struck = scenario.strikes.filter((_, index) => shops[index]?.boundaries.hasStruck === true);
  return { ...scenario, struck, served: world.told.size, ...(await findHarm(world)) };
}

/** What `liveThrough` must answer. */
export function unharmed(scenario: Scenario): Outcome {
  return {
    ...scenario,
    struck: scenario.strikes,
    served: (scenario.strikes.length + 1) * buyersPerProcess,
    lost: [],
    notCharged: [],
    chargedTwice: [],
    orderedTwice: [],
    deadLetters: 0,
  };
}

async function serve(world: World, shop: MortalShop, index: number): Promise<void> {
  await shop.bus.start();
  // The buyers whom the processes before have left without an answer come back.
  const wishes = Array.from({ length: (index + 1) * buyersPerProcess }, (_, number) => `wish-${number}`);
  await Promise.all(wishes.map((wish) => buy(world, shop, wish)));
  await untilSettled(world, shop);
}

/** Submits the form until it is answered, and in half of the cases once more. */
async function buy({ clock, random, told }: World, shop: MortalShop, wish: string): Promise<void> {
  if (told.has(wish)) return;
  const numbers = new Set<string>();
  const submits = random() < 0.5 ? 1 : 2;
  for (let answered = 0; answered < submits && !shop.boundaries.hasStruck;) {
    await clock.sleep(random() * thinkMsMax);
    const placed = await Promise.race([shop.placeOrder(checkoutOf(wish), wish), shop.struck]);
    if (placed === undefined) return;
    told.set(wish, numbers.add(placed.orderId));
    answered += 1;
  }
}

async function untilSettled({ clock, desk }: World, shop: MortalShop | undefined): Promise<void> {
  for (;;) {
    const drained = (await shop?.bus.drain({ timeoutMs: 0 }))?.drained ?? true;
    if (drained && desk.inFlight() === 0) return;
    await clock.sleep(500);
  }
}

function checkoutOf(wish: string): PricedCheckout {
  const line = { productId: 'pen', quantity: 1 };
  const price = { amount: 250, currency: 'EUR' };
  return {
    request: { customer: { id: wish, email: `${wish}@example.com` }, lines: [line] },
    cart: { lines: [{ ...line, unitPrice: price, total: price }], total: price },
  };
}
