import type { DeadLetterChange, DeadLetterDraft } from '../driver/index.ts';
import { groupOf } from './grouped-map.ts';
import { letterGroup } from './letter-shelf.ts';
import type { StoredLetter } from './letter-shelf.ts';
import { memoryError } from './memory-error.ts';
import type { ParkedKey } from './parked-keys.ts';
import type { WorkingMap } from './working-map.ts';

/** What one transaction sees of dead letters and of the keys that wait behind them. */
export interface LetterMaps {
  readonly letters: WorkingMap<StoredLetter>;
  readonly parked: WorkingMap<ParkedKey>;
}

/** @throws `not-found` */
export function changeLetter(maps: LetterMaps, change: DeadLetterChange): void {
  if (change.change === 'put') {
    putLetter(maps, change.letter, change.parksKey);
    return;
  }
  const stored = maps.letters.get(letterGroup, change.id);
  if (stored === undefined) throw memoryError('not-found', `There is no dead letter ${change.id}.`);
  if (change.change === 'remove') {
    maps.letters.set(letterGroup, change.id, undefined);
    if (stored.parksKey) changeParked(maps, stored.record, -1);
  } else {
    const record = { ...stored.record, replays: stored.record.replays + 1 };
    maps.letters.set(letterGroup, change.id, { ...stored, record });
  }
}

function putLetter(maps: LetterMaps, letter: DeadLetterDraft, parksKey: boolean): void {
  if (maps.letters.get(letterGroup, letter.id) !== undefined) return;
  const parks = parksKey && letter.key !== undefined;
  // The position is given by the commit.
  maps.letters.set(letterGroup, letter.id, { record: { ...letter, position: 0, replays: 0 }, parksKey: parks });
  if (parks) changeParked(maps, letter, 1);
}

function changeParked({ parked }: LetterMaps, letter: DeadLetterDraft, by: 1 | -1): void {
  const { subscription, channel, key } = letter;
  if (key === undefined) return;
  const group = groupOf(subscription, channel);
  const letters = (parked.get(group, key)?.letters ?? 0) + by;
  parked.set(group, key, letters === 0 ? undefined : { subscription, channel, key, letters });
}
