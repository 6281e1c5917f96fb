import type { DeadLetterDraft, DeadLetterRecord } from '@waybill/core/driver';
import { bytesValue, numberValue, readBytes, readNumber, readText, textValue } from '../items/item.ts';
import type { Item } from '../items/item.ts';

/** A letter as an item. Texts from strangers travel as one JSON text, which escapes what UTF-8 cannot carry. */
export const letterItem = (letter: DeadLetterDraft, position: number, parksKey: boolean): Item => {
  const { body, ...texts } = letter;
  return {
    letter: textValue(JSON.stringify(texts)),
    body: bytesValue(body),
    position: numberValue(position),
    replays: numberValue(0),
    parksKey: { BOOL: parksKey },
  };
};

export function readLetter(item: Item): DeadLetterRecord {
  // Written by `letterItem`, and by nothing else.
  const texts = JSON.parse(readText(item, 'letter')) as Omit<DeadLetterDraft, 'body'>;
  return {
    ...texts,
    key: texts.key,
    origin: texts.origin,
    body: readBytes(item, 'body') ?? new Uint8Array(),
    position: readNumber(item, 'position') ?? 0,
    replays: readNumber(item, 'replays') ?? 0,
  };
}
