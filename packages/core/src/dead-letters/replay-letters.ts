import type { DeadLetterPage, DeadLetterRecord } from '../driver/index.ts';
import { readSequence } from '../envelope/read-envelope.ts';
import type { DeadLetterFilter, ReplayReport } from './dead-letters.ts';

/** True when the letter's effect has happened and the letter is gone; false when it failed again and stays. */
export type ReplayOne = (letter: DeadLetterRecord) => Promise<boolean>;

export interface ReplayTools {
  readonly replayOne: ReplayOne;
  readonly page: (filter: DeadLetterFilter) => Promise<DeadLetterPage>;
}

interface Tally {
  replayed: number;
  failed: number;
  held: number;
}

/** Keys replayed side by side. */
const keysMax = 10;

/**
 * Replays key by key, each in its order. Whatever came behind a key meanwhile follows, so that the key is free at the end; after a
 * failure the rest of its key is held.
 */
export async function replayLetters(letters: readonly DeadLetterRecord[], tools: ReplayTools): Promise<ReplayReport> {
  const tally: Tally = { replayed: 0, failed: 0, held: 0 };
  const groups = [...groupByKey(letters).values()];
  const worker = async (): Promise<void> => {
    for (let group = groups.pop(); group !== undefined; group = groups.pop()) await replayKey(group, tools, tally);
  };
  await Promise.all(Array.from({ length: keysMax }, worker));
  return tally;
}

async function replayKey(group: readonly DeadLetterRecord[], tools: ReplayTools, tally: Tally): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  const wanted = new Set(group.map(({ id }) => id));
  for (;;) {
    const next = await nextOfKey(first, wanted, tools);
    if (next === undefined) return;
    if (next === 'held') {
      tally.held += wanted.size;
      return;
    }
    wanted.delete(next.id);
    if (await tools.replayOne(next)) {
      tally.replayed += 1;
    } else {
      tally.failed += 1;
      tally.held += wanted.size;
      return;
    }
  }
}

/** The first letter that is left of a key; `held` when it is one that was not asked for. */
async function nextOfKey(
  { subscription, key, id }: DeadLetterRecord,
  wanted: ReadonlySet<string>,
  { page }: ReplayTools,
): Promise<DeadLetterRecord | 'held' | undefined> {
  if (key === undefined) return wanted.has(id) ? (await page({ ids: [id] })).letters[0] : undefined;
  const { letters } = await page({ subscription, key });
  const next = letters.toSorted(byOrder)[0];
  if (next === undefined || (wanted.size === 0 && next.role !== 'behind')) return undefined;
  return wanted.has(next.id) || next.role === 'behind' ? next : 'held';
}

/** Without a key every letter stands for itself. */
function groupByKey(letters: readonly DeadLetterRecord[]): Map<string, DeadLetterRecord[]> {
  return Map.groupBy(letters, ({ id, subscription, key }) =>
    JSON.stringify(key === undefined ? [id] : [subscription, key]),
  );
}

/** Numbers tell the order of a key; without them the order in which the letters were put. */
function byOrder(left: DeadLetterRecord, right: DeadLetterRecord): number {
  const numbers = [left, right].map((letter) => readSequence(letter)?.number);
  const [first, second] = numbers;
  return first !== undefined && second !== undefined && first !== second
    ? first - second
    : left.position - right.position;
}
