import { orderAt } from '../order-message.ts';
import { callers } from './contest.ts';
import { batchSize } from './raw-queue.ts';
import type { RawQueue } from './raw-queue.ts';

/** As many messages under way as single callers have, in batches that somebody has made by hand. Every message has a key of its own. */
export async function sendInTens(queue: RawQueue, messages: number, from = 0): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < messages) {
      const count = Math.min(batchSize, messages - next);
      const first = from + next;
      next += count;
      await queue.send(Array.from({ length: count }, (_, place) => orderAt(first + place, Infinity)));
    }
  };
  await Promise.all(Array.from({ length: Math.ceil(callers / batchSize) }, caller));
}
