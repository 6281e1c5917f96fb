import type { DeadLetterChange, DeadLetterDraft } from '@waybill/core/driver';
import { DynamodbStoreError } from '../dynamodb-error.ts';
import { itemKeys } from '../items/item-keys.ts';
import { numberValue, readNumber, textValue } from '../items/item.ts';
import type { ItemKey } from '../items/item.ts';
import type { WorkingItems } from '../transaction/working-items.ts';
import { letterItem, readLetter } from './letter-item.ts';

type Put = Extract<DeadLetterChange, { readonly change: 'put' }>;

/**
 * Puts, parks, takes away and marks dead letters. Positions are given under a condition on the last one, so they follow the commits; two
 * transactions that put letters at once conflict, and one is run again.
 * @throws DynamodbStoreError `not-found`
 */
export async function changeDeadLetters(
  items: WorkingItems,
  changes: readonly DeadLetterChange[],
  buckets: number,
): Promise<void> {
  await items.load(changes.flatMap((change) => keysOf(change, buckets)));
  for (const change of changes) {
    if (change.change === 'put') putLetter(items, change, buckets);
    else await changeLetter(items, change);
  }
}

function keysOf(change: DeadLetterChange, buckets: number): readonly ItemKey[] {
  if (change.change !== 'put') return [itemKeys.letterId(change.id)];
  const { letter, parksKey, outboxRowId } = change;
  return [
    itemKeys.letterId(letter.id),
    itemKeys.letterPositions(),
    ...(parksKey ? parkedKeysOf(letter) : []),
    ...(outboxRowId === undefined ? [] : [itemKeys.outboxRow(outboxRowId, buckets)]),
  ];
}

function putLetter(items: WorkingItems, { letter, parksKey, outboxRowId }: Put, buckets: number): void {
  if (items.get(itemKeys.letterId(letter.id)) === undefined) {
    const position = (readNumber(items.get(itemKeys.letterPositions()) ?? {}, 'last') ?? 0) + 1;
    const parks = parksKey && letter.key !== undefined;
    items.write(itemKeys.letterPositions(), { last: numberValue(position) });
    items.write(itemKeys.letterId(letter.id), { position: numberValue(position) });
    items.create(itemKeys.letter(position), letterItem(letter, position, parks));
    if (parks) changeParked(items, letter, 1);
  }
  if (outboxRowId !== undefined) takeRow(items, outboxRowId, buckets);
}

function takeRow(items: WorkingItems, rowId: number, buckets: number): void {
  const at = itemKeys.outboxRow(rowId, buckets);
  if (items.get(at) === undefined) throw new DynamodbStoreError('not-found', `The outbox has no row ${rowId}.`);
  items.write(at, undefined);
}

async function changeLetter(items: WorkingItems, { change, id }: Exclude<DeadLetterChange, Put>): Promise<void> {
  const pointer = items.get(itemKeys.letterId(id));
  const position = pointer && readNumber(pointer, 'position');
  if (position === undefined) throw new DynamodbStoreError('not-found', `There is no dead letter ${id}.`);
  const at = itemKeys.letter(position);
  await items.load([at]);
  const stored = items.get(at);
  if (stored === undefined) throw new DynamodbStoreError('not-found', `There is no dead letter ${id}.`);
  if (change === 'count-replay') {
    items.write(at, { ...stored, replays: numberValue((readNumber(stored, 'replays') ?? 0) + 1) });
    return;
  }
  items.write(at, undefined);
  items.write(itemKeys.letterId(id), undefined);
  if (stored['parksKey']?.BOOL !== true) return;
  const letter = readLetter(stored);
  await items.load(parkedKeysOf(letter));
  changeParked(items, letter, -1);
}

function parkedKeysOf({ subscription, channel, key }: DeadLetterDraft): readonly ItemKey[] {
  if (key === undefined) return [];
  return [itemKeys.parkedKey(subscription, channel, key), itemKeys.parkedKeyEntry(subscription, channel, key)];
}

/** The entry in the list is written when a key is parked and when it is freed, not for every letter between. */
function changeParked(items: WorkingItems, letter: DeadLetterDraft, by: 1 | -1): void {
  const [at, entryAt] = parkedKeysOf(letter);
  if (at === undefined || entryAt === undefined) return;
  const before = readNumber(items.get(at) ?? {}, 'letters') ?? 0;
  const letters = before + by;
  items.write(at, letters === 0 ? undefined : { letters: numberValue(letters) });
  const { channel, key } = letter;
  if (letters === 0) items.write(entryAt, undefined);
  else if (before === 0) items.write(entryAt, { name: textValue(JSON.stringify({ channel, key })) });
}
