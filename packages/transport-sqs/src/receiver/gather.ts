import type { Timer } from '@waybill/core/driver';
import type { SqsClock } from '../time/system-clock.ts';

export interface GatherOptions<Item, Answer> {
  readonly clock: SqsClock;
  readonly batchMax: number;
  /** Calls under way at once: with more than that, batches fill up instead. */
  readonly callsMax: number;
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
  const { clock, batchMax, callsMax, waitMs, expected, send } = options;
  const waiting: Waiting<Item, Answer>[] = [];
  let timer: Timer | undefined;
  let isScheduled = false;
  let isOverdue = false;
  let isCrowded = true;
  let callsUnderWay = 0;

  const sendBatch = async (): Promise<void> => {
    const batch = waiting.splice(0, batchMax);
    isCrowded = batch.length > 1;
    isOverdue = false;
    callsUnderWay += 1;
    try {
      const answers = await send(batch.map(({ item }) => item));
      for (const [place, { resolve }] of batch.entries()) resolve(answers[place] as Answer);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    callsUnderWay -= 1;
    look();
  };

  const mustGo = (): boolean => {
    if (isOverdue || waiting.length >= batchMax || waiting.length >= expected()) return true;
    return !isCrowded && callsUnderWay === 0;
  };

  const look = (): void => {
    isScheduled = false;
    while (waiting.length > 0 && callsUnderWay < callsMax && mustGo()) void sendBatch();
    if (waiting.length === 0) {
      timer?.cancel();
      timer = undefined;
    } else if (!isOverdue) {
      timer ??= clock.after(waitMs, () => {
        timer = undefined;
        isOverdue = true;
        look();
      });
    }
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
