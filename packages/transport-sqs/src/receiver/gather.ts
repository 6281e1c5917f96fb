import type { Timer } from '@waybill/core/driver';
import type { SqsClock } from '../time/system-clock.ts';

export interface GatherOptions<Item, Answer> {
  readonly clock: SqsClock;
  readonly batchMax: number;
  /** How long an item waits for others. */
  readonly waitMs: number;
  /** How many items could still come: when there are no more than wait already, nobody waits. */
  readonly expected: () => number;
  /** Answers for each item, in order. */
  readonly send: (items: readonly Item[]) => Promise<readonly Answer[]>;
}

/**
 * Gathers single items into batches: a full one goes at once, one that nothing more can come to as well, any other after a moment. Whoever has
 * waited alone has shown that items come one by one: then nobody waits until they come while a call is under way.
 */
export function createGather<Item, Answer>(
  options: GatherOptions<Item, Answer>,
): (items: readonly Item[]) => Promise<readonly Answer[]> {
  const { clock, batchMax, waitMs, expected, send } = options;
  let waiting: Waiting<Item, Answer>[] = [];
  let timer: Timer | undefined;
  let isScheduled = false;
  let isCrowded = true;
  let callsUnderWay = 0;

  const sendBatch = async (batch: readonly Waiting<Item, Answer>[]): Promise<void> => {
    isCrowded = batch.length > 1;
    callsUnderWay += 1;
    try {
      const answers = await send(batch.map(({ item }) => item));
      for (const [place, { resolve }] of batch.entries()) resolve(answers[place] as Answer);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      callsUnderWay -= 1;
    }
  };

  const flush = (): void => {
    timer?.cancel();
    timer = undefined;
    const batches = waiting;
    waiting = [];
    for (let start = 0; start < batches.length; start += batchMax) {
      void sendBatch(batches.slice(start, start + batchMax));
    }
  };

  const look = (): void => {
    isScheduled = false;
    while (waiting.length >= batchMax) void sendBatch(waiting.splice(0, batchMax));
    if (waiting.length === 0) return;
    const isWorthwhile = isCrowded || callsUnderWay > 0;
    if (!isWorthwhile || waiting.length >= expected()) flush();
    else timer ??= clock.after(waitMs, flush);
  };

  return (items) => {
    const answers = items.map(
      (item) => new Promise<Answer>((resolve, reject) => waiting.push({ item, resolve, reject })),
    );
    if (!isScheduled) {
      isScheduled = true;
      queueMicrotask(look);
    }
    return Promise.all(answers);
  };
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}
