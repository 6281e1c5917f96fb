import { setTimeout as sleep } from 'node:timers/promises';
import type { Lane } from './lane.ts';
import type { CellCounts } from './shop-tables.ts';

const settledWithinMs = 90_000;
const pollMs = 100;

/**
 * Waits until every order of a cell is charged and recorded, or put aside.
 * @throws Error with the counts when that takes too long: something is lost, or stuck
 */
export async function settleShop({ tables }: Lane, cell: string, placed: number): Promise<CellCounts> {
  const isSettled = ({ orders, charges, records, letters }: CellCounts): boolean =>
    orders >= placed && charges + letters >= orders && records >= charges;
  const giveUpAt = performance.now() + settledWithinMs;
  for (;;) {
    const counts = await tables.counts(cell);
    if (isSettled(counts)) return counts;
    if (performance.now() > giveUpAt) throw new Error(`${cell} does not settle: ${JSON.stringify(counts)}`);
    await sleep(pollMs);
  }
}
