import { pause } from '@waybill/core/driver';
import type { KafkaClock } from '../time/system-clock.ts';
import { isUndecodable } from './undecodable.ts';

/** One fetch from one broker. */
export interface FetchPart {
  /** The next offset of each partition that is asked for. */
  readonly offsets: ReadonlyMap<number, number>;
  /** Most of one partition. A broker answers with at least one whole batch, however little is asked for. */
  readonly partitionBytesMax: number;
  /** How long the broker may wait for the first record. */
  readonly waitMs: number;
}

/** `ask` fetches a part of what is wanted, and rejects when any of it cannot be decoded. */
export type CarefulFetch<Answer> = (
  offsets: ReadonlyMap<number, number>,
  ask: (part: FetchPart) => Promise<readonly Answer[]>,
) => Promise<readonly Answer[]>;

export interface CarefulFetchOptions {
  readonly clock: KafkaClock;
  readonly partitionBytesMax: number;
  /** How long the next fetch may wait for its first record. */
  readonly waitMs: () => number;
  /** At every attempt at a batch that cannot be decoded: it begins at the offset. */
  readonly onUndecodable: (partition: number, offset: number, error: unknown) => void;
  /** Ends a wait. */
  readonly signal: AbortSignal;
}

/** A codec may come at any time, with the next version of the program at the latest. */
const againMs = 1000;
const againMsMax = 60_000;

/** How a partition is read that has failed. */
interface Care {
  /** Less than usual, so that what comes ends before what cannot be decoded. */
  readonly bytesMax: number;
  /** Where the batch begins that fails by itself; `undefined` while others are read before it. */
  readonly stuckAt: number | undefined;
  readonly failures: number;
  readonly dueMs: number;
}

/**
 * Both clients decode an answer whole: a batch that they cannot decode costs all that the broker has sent, of every partition and every time.
 * So the partitions of such an answer are asked for one by one. The one that fails is read batch by batch up to what cannot be decoded, stands
 * still there, and is tried again now and then; behind it, it is asked for more and more. The others go on together.
 */
export function createCarefulFetch<Answer>(options: CarefulFetchOptions): CarefulFetch<Answer> {
  const { clock, partitionBytesMax, waitMs, onUndecodable, signal } = options;
  const cares = new Map<number, Care>();
  const trusted: Care = { bytesMax: partitionBytesMax, stuckAt: undefined, failures: 0, dueMs: 0 };

  /** A partition that was away may have come back elsewhere. */
  const careOf = (partition: number, offset: number): Care => {
    const care = cares.get(partition) ?? trusted;
    return care.stuckAt === undefined || care.stuckAt === offset ? care : { ...care, failures: 0, dueMs: 0 };
  };

  const grow = (partition: number, bytesMax: number): void => {
    if (bytesMax * 2 >= partitionBytesMax) cares.delete(partition);
    else cares.set(partition, { ...trusted, bytesMax: bytesMax * 2 });
  };

  const stick = (partition: number, offset: number, { failures }: Care): void => {
    const dueMs = clock.monotonic() + Math.min(againMsMax, againMs * 2 ** failures);
    cares.set(partition, { bytesMax: 1, stuckAt: offset, failures: failures + 1, dueMs });
  };

  const askAlone = async (partition: number, offset: number, ask: Ask<Answer>): Promise<readonly Answer[]> => {
    const care = careOf(partition, offset);
    for (const bytesMax of new Set([care.bytesMax, 1])) {
      try {
        const answers = await ask({ offsets: new Map([[partition, offset]]), partitionBytesMax: bytesMax, waitMs: 0 });
        grow(partition, bytesMax);
        return answers;
      } catch (error) {
        if (!isUndecodable(error)) throw error;
        if (bytesMax > 1) continue;
        stick(partition, offset, care);
        onUndecodable(partition, offset, error);
      }
    }
    return [];
  };

  const oneByOne = async (offsets: ReadonlyMap<number, number>, ask: Ask<Answer>): Promise<readonly Answer[]> => {
    const answers: Answer[] = [];
    for (const [partition, offset] of offsets) answers.push(...(await askAlone(partition, offset, ask)));
    return answers;
  };

  const together = async (
    offsets: ReadonlyMap<number, number>,
    ask: Ask<Answer>,
    limitMs: number,
  ): Promise<readonly Answer[]> => {
    if (offsets.size === 0) return [];
    try {
      return await ask({ offsets, partitionBytesMax, waitMs: limitMs });
    } catch (error) {
      if (!isUndecodable(error)) throw error;
      return oneByOne(offsets, ask);
    }
  };

  return async (offsets, ask) => {
    if (cares.size === 0) return together(offsets, ask, waitMs());
    const nowMs = clock.monotonic();
    const careful = [...offsets].filter(([partition]) => cares.has(partition));
    const due = careful.filter(([partition, offset]) => careOf(partition, offset).dueMs <= nowMs);
    const answers = await oneByOne(new Map(due), ask);
    const others = new Map([...offsets].filter(([partition]) => !careful.some(([one]) => one === partition)));
    // What waits behind a careful answer is not to wait for the others.
    if (others.size > 0) return [...answers, ...(await together(others, ask, answers.length > 0 ? 0 : waitMs()))];
    if (answers.length === 0) await pause(clock, waitMs(), signal);
    return answers;
  };
}

/** One careful fetch that waits for nothing, of the first batch of each partition. */
export function fetchOnce<Answer>(
  { clock }: Pick<CarefulFetchOptions, 'clock'>,
  offsets: ReadonlyMap<number, number>,
  ask: Ask<Answer>,
): Promise<readonly Answer[]> {
  const careful = createCarefulFetch<Answer>({
    clock,
    partitionBytesMax: 1,
    waitMs: () => 0,
    onUndecodable: () => undefined,
    signal: new AbortController().signal,
  });
  return careful(offsets, ask);
}

type Ask<Answer> = (part: FetchPart) => Promise<readonly Answer[]>;
