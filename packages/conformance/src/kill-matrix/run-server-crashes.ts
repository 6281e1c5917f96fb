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
}

const buyers = 8;
const together = 4;
/** A buyer thinks, or the load would be whatever the machine can bear. */
const thinkMs = 40;

export interface CrashesResult {
  readonly cell: CrashCell;
  readonly orders: number;
  readonly serverKills: number;
  readonly shopKills: number;
  /** Why it did not come to its end. */
  readonly problem: string | undefined;
}

/** Buyers order without an end while a server and a shop are killed in turn, again and again; then everything has to settle. */
export async function runServerCrashes(
  lane: Lane,
  { cell, server, kills, everyMs }: CrashesOptions,
): Promise<CrashesResult> {
  let victim = await lane.victim();
  let isOver = false;
  let orders = 0;
  let serverKills = 0;
  let shopKills = 0;
  const buy = async (buyer: number): Promise<void> => {
    for (let number = 1; !isOver; number += 1) {
      const customers = Array.from({ length: together }, (_, at) => `${buyer}-${at}`);
      const wanted = customers.map((customer) => ({ cell, customer, number, isPoison: false }));
      await placeUntilAnswered(wanted, () => [victim, lane.healthy]);
      orders += wanted.length;
      await sleep(thinkMs);
    }
  };
  const crash = async (): Promise<void> => {
    for (let count = 0; count < kills; count += 1) {
      await sleep(everyMs / 2);
      await victim.end();
      shopKills += 1;
      victim = await lane.victim();
      await sleep(everyMs / 2);
      await server.kill9();
      serverKills += 1;
      await server.restart();
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
  return { cell, orders, serverKills, shopKills, problem };
}
