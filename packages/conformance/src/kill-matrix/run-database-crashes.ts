import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from '../brokers/index.ts';
import { placeUntilAnswered } from './buy.ts';
import type { Lane } from './lane.ts';
import type { MatrixFigures } from './matrix-figures.ts';
import { settleShop } from './settle-shop.ts';

export interface DatabaseCrashes {
  readonly kills: number;
  readonly everyMs: number;
}

export const databaseCell = 'database kill -9';

const buyers = 8;
const together = 4;
/** A buyer thinks, or the load would be whatever the machine can bear. */
const thinkMs = 40;

export interface CrashesResult {
  readonly orders: number;
  /** Why it did not come to its end. */
  readonly problem: string | undefined;
}

/** Buyers order without an end while the database server is killed again and again; then everything has to settle. */
export async function runDatabaseCrashes(
  lane: Lane,
  database: Broker,
  { kills, everyMs }: DatabaseCrashes,
  figures: MatrixFigures,
): Promise<CrashesResult> {
  const shops = [await lane.victim(), lane.healthy];
  let isOver = false;
  let orders = 0;
  const buy = async (buyer: number): Promise<void> => {
    for (let number = 1; !isOver; number += 1) {
      const customers = Array.from({ length: together }, (_, at) => `${buyer}-${at}`);
      const wanted = customers.map((customer) => ({ cell: databaseCell, customer, number, isPoison: false }));
      await placeUntilAnswered(wanted, () => shops);
      orders += wanted.length;
      await sleep(thinkMs);
    }
  };
  const crash = async (): Promise<void> => {
    for (let count = 0; count < kills; count += 1) {
      await sleep(everyMs);
      await database.kill9();
      await database.restart();
      figures.databaseKills += 1;
    }
    await sleep(everyMs);
  };
  const crashAll = crash().finally(() => {
    isOver = true;
  });
  const work = async (): Promise<void> => {
    await Promise.all([crashAll, ...Array.from({ length: buyers }, (_, buyer) => buy(buyer))]);
    await settleShop(lane, databaseCell, orders);
  };
  const problem = await work().then(
    () => undefined,
    (error: unknown) => String(error),
  );
  return { orders, problem };
}
