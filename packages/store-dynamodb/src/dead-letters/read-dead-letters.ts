import type { DeadLetterPage, DeadLetterQuery, DeadLetterRecord } from '@waybill/core/driver';
import { itemKeys, letterPartition, paddedNumber } from '../items/item-keys.ts';
import { readNumber } from '../items/item.ts';
import type { Item } from '../items/item.ts';
import { queryPages } from '../items/query-items.ts';
import { readItems } from '../items/read-items.ts';
import type { DynamodbSettings } from '../options.ts';
import { readLetter } from './letter-item.ts';

/** Reads letters in the order of their positions. Those that were not asked for are read and left out. */
export async function readDeadLetters(settings: DynamodbSettings, query: DeadLetterQuery): Promise<DeadLetterPage> {
  const letters: DeadLetterRecord[] = [];
  for await (const page of query.ids === undefined ? allLetters(settings, query) : lettersById(settings, query)) {
    for (const letter of page.map(readLetter).filter((one) => isWanted(one, query))) {
      if (letters.length === query.limit) return { letters, next: letters.at(-1)?.position };
      letters.push(letter);
    }
  }
  return { letters, next: undefined };
}

const allLetters = ({ client, table }: DynamodbSettings, { after, limit }: DeadLetterQuery) =>
  queryPages(client, table, { pk: letterPartition, after: paddedNumber(after), pageItems: limit + 1 });

async function* lettersById(
  { client, table }: DynamodbSettings,
  { ids, after }: DeadLetterQuery,
): AsyncGenerator<readonly Item[]> {
  const pointers = await readItems(client, table, (ids ?? []).map(itemKeys.letterId));
  const positions = [...pointers.values()].map((pointer) => readNumber(pointer, 'position') ?? 0);
  const found = await readItems(client, table, positions.filter((position) => position > after).map(itemKeys.letter));
  yield [...found.values()].toSorted((one, other) => positionOf(one) - positionOf(other));
}

const positionOf = (item: Item): number => readNumber(item, 'position') ?? 0;

const isWanted = (letter: DeadLetterRecord, { subscription, key }: DeadLetterQuery): boolean =>
  (subscription === undefined || letter.subscription === subscription) && (key === undefined || letter.key === key);
