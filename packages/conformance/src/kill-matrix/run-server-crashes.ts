import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from '../brokers/index.ts';
import { placeUntilAnswered } from './buy.ts';
import type { Lane } from './lane.ts';
import { settleShop } from './settle-shop.ts';

export interface ServerCrashes {
  readonly kills: number;
  readonly everyMs: number;
}

/** What is killed under load, by the name that its orders have. */
export type CrashCell = 'database kill -9' | 'broker kill -9';

export interface CrashesOptions extends ServerCrashes {
  readonly cell: CrashCell;
  readonly server: Pick<Broker, 'kill9' | 'restart'>;
  readonly onKilled: () => void;
}

const buyers = 8;
const together = 4;
/** A buyer thinks, or the load would be whatever the machine can bear. */
const thinkMs = 40;

export interface CrashesResult {
  readonly cell: CrashCell;
  readonly orders: number;
  /** Why it did not come to its end. */
  readonly problem: string | undefined;
}

/** Buyers order without an end while a server is killed again and again; then everything has to settle. */
export async function runServerCrashes(
  lane: Lane,
  { cell, server, kills, everyMs, onKilled }: CrashesOptions,
): Promise<CrashesResult> {
  const shops = [await lane.victim(), lane.healthy];
  let isOver = false;
  let orders = 0;
  const buy = async (buyer: number): Promise<void> => {
    for (let number = 1; !isOver; number += 1) {
      const customers = Array.from({ length: together }, (_, at) => `${buyer}-${at}`);
      const wanted = customers.map((customer) => ({ cell, customer, number, isPoison: false }));
      await placeUntilAnswered(wanted, () => shops);
      orders += wanted.length;
      await sleep(thinkMs);
    }
  };
  const crash = async (): Promise<void> => {
    for (let count = 0; count < kills; count += 1) {
      await sleep(everyMs);
      await server.kill9();
      await server.restart();
      onKilled();
    }
    await sleep(everyMs);
  };
  const crashAll = crash().finally(() => {
    isOver = true;
  });
  const work = async (): Promise<void> => {
    await Promise.all([crashAll, ...Array.from({ length: buyers }, (_, buyer) => buy(buyer))]);
    await settleShop(lane, cell, orders);
  };
  const problem = await work().then(
    () => undefined,
    (error: unknown) => String(error),
  );
  return { cell, orders, problem };
}
