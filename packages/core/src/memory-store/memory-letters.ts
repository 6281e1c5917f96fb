import type { DeadLetterChange, DeadLetterDraft, DeadLetterPage, DeadLetterQuery } from '../driver/index.ts';
import { memoryError } from './memory-error.ts';
import { compositeKey } from './memory-store-state.ts';
import type { MemoryStoreState } from './memory-store-state.ts';
import type { WorkingSet } from './working-set.ts';

/** Where a letter holds back the later messages of its key. */
const parkedId = ({ subscription, channel, key }: Pick<DeadLetterDraft, 'subscription' | 'channel' | 'key'>): string =>
  compositeKey(subscription, channel, key ?? '');

export function changeLetter(state: MemoryStoreState, working: WorkingSet, change: DeadLetterChange): void {
  if (change.change === 'put') putLetter(state, working, change.letter, change.parksKey);
  else if (change.change === 'remove') removeLetter(state, working, change.id);
  else countReplay(state, working, change.id);
}

function putLetter(state: MemoryStoreState, working: WorkingSet, letter: DeadLetterDraft, parksKey: boolean): void {
  if (working.get(state.letters, letter.id) !== undefined) return;
  // The position is given by the commit.
  working.set(state.letters, letter.id, { ...letter, parksKey, position: Infinity, replays: 0 });
  if (!parksKey || letter.key === undefined) return;
  const id = parkedId(letter);
  working.set(state.parked, id, (working.get(state.parked, id) ?? 0) + 1);
}

function removeLetter(state: MemoryStoreState, working: WorkingSet, id: string): void {
  const letter = working.get(state.letters, id);
  if (letter === undefined) throw memoryError('not-found', `There is no dead letter ${id}.`);
  working.set(state.letters, id, undefined);
  if (!letter.parksKey || letter.key === undefined) return;
  const parked = parkedId(letter);
  const left = (working.get(state.parked, parked) ?? 1) - 1;
  working.set(state.parked, parked, left === 0 ? undefined : left);
}

function countReplay(state: MemoryStoreState, working: WorkingSet, id: string): void {
  const letter = working.get(state.letters, id);
  if (letter === undefined) throw memoryError('not-found', `There is no dead letter ${id}.`);
  working.set(state.letters, id, { ...letter, replays: letter.replays + 1 });
}

/** Gives what a commit has put its place behind everything before. */
export function placeLetters(state: MemoryStoreState, ids: readonly string[]): void {
  for (const id of ids) {
    const letter = state.letters.get(id);
    if (letter === undefined || letter.position !== Infinity) continue;
    state.lastPosition += 1;
    state.letters.write(id, { ...letter, position: state.lastPosition }, state.lastCommit);
  }
}

/** Letters come out in the order of their positions, which is the order in which they were committed. */
export function readLetters({ letters }: MemoryStoreState, query: DeadLetterQuery): DeadLetterPage {
  const { subscription, key, after, limit } = query;
  const ids = query.ids === undefined ? undefined : new Set(query.ids);
  const found = letters
    .values()
    .filter(
      (letter) =>
        letter.position > after &&
        (subscription === undefined || letter.subscription === subscription) &&
        (key === undefined || letter.key === key) &&
        (ids === undefined || ids.has(letter.id)),
    )
    .take(limit + 1)
    .toArray();
  const page = found.slice(0, limit);
  return { letters: page, next: found.length > limit ? page.at(-1)?.position : undefined };
}
