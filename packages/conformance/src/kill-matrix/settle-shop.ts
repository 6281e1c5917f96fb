import { setTimeout as sleep } from 'node:timers/promises';
import type { Lane } from './lane.ts';
import type { CellCounts } from './shop-tables.ts';

/**
 * A busy machine may take long for many orders, but something always happens. Longer than a queue of RabbitMQ may stand still while it is
 * handed over, which is 30 s and, where that was not enough, 60 s more; how long each cell took is in the table.
 */
const silentMsMax = 150_000;
const pollMs = 100;

/**
 * Waits until every order of a cell is charged and recorded, or put aside.
 * @throws Error with the counts when nothing happens any more: something is lost, or stuck
 */
export async function settleShop({ tables }: Lane, cell: string, placed: number): Promise<CellCounts> {
  const isSettled = ({ orders, charges, records, letters }: CellCounts): boolean =>
    orders >= placed && charges + letters >= orders && records >= charges;
  let last = '';
  let giveUpAt = 0;
  for (;;) {
    const counts = await tables.counts(cell);
    if (isSettled(counts)) return counts;
    const text = JSON.stringify(counts);
    if (text !== last) giveUpAt = performance.now() + silentMsMax;
    else if (performance.now() > giveUpAt) throw new Error(`${cell} does not settle: ${text}`);
    last = text;
    await sleep(pollMs);
  }
}
