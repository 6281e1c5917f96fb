import type { OutboxRow, TransportCapabilities } from '../driver/index.ts';
import { PublishQueue } from '../publishing/publish-queue.ts';
import { toOutboxMessage } from './outbox-message.ts';
import type { OutboxMessage } from './outbox-message.ts';

export interface BatchEnd {
  /** Not confirmed: what comes behind them on their keys stays where it is. */
  readonly failed: readonly OutboxMessage[];
  /** False ends the page. */
  readonly goesOn: boolean;
}

/**
 * Sends one page of one channel in batches within the driver's limits, each key in order and never in two batches at once. Resolves
 * when no batch is under way and none can follow.
 *
 * @param sendBatch must not reject
 */
export function sendPage(
  rows: readonly OutboxRow[],
  { batchMax, batchBytesMax, batchesInFlightMax, afterFailure }: TransportCapabilities['send'],
  sendBatch: (batch: readonly OutboxMessage[]) => Promise<BatchEnd>,
): Promise<void> {
  const isOneOfAKey = afterFailure === 'independent';
  const locksKeys = isOneOfAKey || batchesInFlightMax > 1;
  const queue = new PublishQueue<OutboxMessage>({ batchMax, batchBytesMax, locksKeys, isOneOfAKey });
  for (const row of rows) queue.push(toOutboxMessage(row));
  let inFlight = 0;
  let isOver = false;

  return new Promise((resolve) => {
    const flush = (): void => {
      while (!isOver && inFlight < batchesInFlightMax) {
        const batch = queue.take();
        if (batch === undefined) break;
        inFlight += 1;
        void run(batch);
      }
      if (inFlight === 0) resolve();
    };
    const run = async (batch: readonly OutboxMessage[]): Promise<void> => {
      const { failed, goesOn } = await sendBatch(batch);
      queue.release(batch, failed);
      if (!goesOn) isOver = true;
      inFlight -= 1;
      flush();
    };
    flush();
  });
}
