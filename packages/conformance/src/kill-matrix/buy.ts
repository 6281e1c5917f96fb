import { setTimeout as sleep } from 'node:timers/promises';
import type { ShopProcess } from './shop-process.ts';
import type { WantedOrder } from './shop/shop-protocol.ts';

export interface Wave {
  readonly cell: string;
  /** Makes its customers others than those of other waves. */
  readonly wave: number;
  /** About how many orders. */
  readonly orders: number;
  /** Whether the second order of every third customer is poisoned. */
  readonly isPoisoned: boolean;
  /** Whom a buyer tries first; then the next one, in turn. */
  readonly shops: () => readonly ShopProcess[];
}

/** Customers whose orders share a transaction. */
const together = 12;
/** A buyer who hears nothing for so long tries again; shorter than a victim is frozen. */
const patienceMs = 2000;
const pauseMs = 50;
const placedWithinMs = 120_000;

/**
 * Customers of a wave order side by side, each one after the other, and try each order again until a shop has answered. Answers how many
 * were placed. @throws Error when nobody answers for too long
 */
export async function buyWave({ cell, wave, orders, isPoisoned, shops }: Wave): Promise<number> {
  const perCustomer = Math.min(12, Math.max(3, Math.round(Math.sqrt(orders / 4))));
  const customers = Array.from({ length: Math.ceil(orders / perCustomer) }, (_, at) => `${wave}-${at}`);
  const groups = Array.from({ length: Math.ceil(customers.length / together) }, (_, at) =>
    customers.slice(at * together, (at + 1) * together),
  );
  const buyAll = async (group: readonly string[]): Promise<void> => {
    for (let number = 1; number <= perCustomer; number += 1) {
      await placeUntilAnswered(
        group.map((customer, at) => ({ cell, customer, number, isPoison: isPoisoned && number === 2 && at % 3 === 0 })),
        shops,
      );
    }
  };
  await Promise.all(groups.map(buyAll));
  return customers.length * perCustomer;
}

/** The same orders, to one shop after the other. @throws Error when nobody answers for too long */
export async function placeUntilAnswered(
  orders: readonly WantedOrder[],
  shops: () => readonly ShopProcess[],
): Promise<void> {
  const giveUpAt = performance.now() + placedWithinMs;
  for (let tries = 0; performance.now() < giveUpAt; tries += 1) {
    const all = shops();
    if ((await all[tries % all.length]?.place(orders, patienceMs)) === true) return;
    await sleep(pauseMs);
  }
  throw new Error(`Nobody has placed ${JSON.stringify(orders[0])} within ${placedWithinMs} ms.`);
}
