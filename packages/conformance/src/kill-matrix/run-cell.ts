import { buyWave } from './buy.ts';
import type { Lane } from './lane.ts';
import { settleShop } from './settle-shop.ts';
import type { ShopProcess } from './shop-process.ts';
import type { StrikeUnderWay } from './strike-victim.ts';
import type { Cell } from './strike.ts';

export interface CellResult extends Cell {
  readonly orders: number;
  readonly hasStruck: boolean;
  readonly tookMs: number;
  /** Why it did not come to its end. */
  readonly problem: string | undefined;
}

export interface CellOptions extends Cell {
  readonly orders: number;
  /** At which passing of the boundary the victim is struck. */
  readonly time: number;
}

export const nameOf = ({ boundary, fault }: Cell): string => `${boundary} ${fault}`;

/** More orders are placed until the victim has come to the boundary, which chance may give to the other one. */
const wavesMax = 8;
/** After so many the first time will do, and the other one stands still until it has come. */
const wavesTogether = 2;
const replayPatienceMs = 30_000;

/** Places orders, strikes, and waits until every order has had its effects. */
export async function runCell(lane: Lane, options: CellOptions): Promise<CellResult> {
  const { boundary, fault, time } = options;
  const startedAt = performance.now();
  let strike: StrikeUnderWay | undefined;
  let orders = 0;
  const aim = async (at: number): Promise<StrikeUnderWay> => {
    strike = await lane.strike({ boundary, fault }, at);
    return strike;
  };
  const buy = async (wave: number): Promise<void> => {
    orders += await buyOne(lane, options, wave);
  };
  const work = async (): Promise<void> => {
    if (boundary.startsWith('Y')) {
      await buy(1);
      await settleShop(lane, nameOf(options), orders);
      await replayStruck(lane, nameOf(options), await aim(time));
    } else {
      let struck = await aim(time);
      for (let wave = 1; wave <= wavesMax && (wave === 1 || !struck.hasStruck()); wave += 1) {
        if (wave > wavesTogether) struck = await aim(1);
        const done = buy(wave).then(() => settleShop(lane, nameOf(options), orders));
        if (wave > wavesTogether) await leaveAlone(lane, Promise.race([done, struck.landed]));
        await done;
      }
    }
    if (isAside(options)) await replayAll(lane, nameOf(options), orders);
    if (strike?.hasStruck() === true) await strike.over;
  };
  const problem = await work().then(
    () => undefined,
    (error: unknown) => String(error),
  );
  const tookMs = Math.round(performance.now() - startedAt);
  return { boundary, fault, orders, hasStruck: strike?.hasStruck() ?? false, tookMs, problem };
}

/** In the cells of dead letters and their replay, orders are put aside. */
const isAside = ({ boundary }: Cell): boolean => boundary.startsWith('D') || boundary.startsWith('Y');

async function buyOne(lane: Lane, { boundary, fault, orders }: CellOptions, wave: number): Promise<number> {
  const victim = await lane.victim();
  const both: readonly ShopProcess[] = [victim, lane.healthy];
  const shops = boundary.startsWith('P') || wave > wavesTogether ? both : [lane.healthy];
  const cell = nameOf({ boundary, fault });
  return buyWave({ cell, wave, orders, isPoisoned: isAside({ boundary, fault }), shops: () => shops });
}

/** Has the victim work without the other one for a while. */
async function leaveAlone({ healthy }: Lane, until: Promise<unknown>): Promise<void> {
  healthy.signal('SIGSTOP');
  try {
    await until;
  } finally {
    healthy.signal('SIGCONT');
  }
}

/** The victim replays and is struck; the other one goes on as soon as that is seen. */
async function replayStruck(lane: Lane, cell: string, strike: StrikeUnderWay): Promise<void> {
  await lane.tables.heal(cell);
  const victim = await lane.victim();
  await Promise.race([victim.replay(replayPatienceMs), strike.landed]);
}

/** Replays until nothing is put aside any more and every order is charged. @throws Error when that takes too long */
async function replayAll(lane: Lane, cell: string, placed: number): Promise<void> {
  await lane.tables.heal(cell);
  const giveUpAt = performance.now() + replayPatienceMs;
  while (performance.now() < giveUpAt) {
    await lane.healthy.replay(replayPatienceMs);
    const { letters, charges } = await settleShop(lane, cell, placed);
    if (letters === 0 && charges >= placed) return;
  }
  throw new Error(`${cell}: letters are left after their replay.`);
}
