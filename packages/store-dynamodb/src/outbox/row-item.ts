import type { OutboxDraft, OutboxRow } from '@waybill/core/driver';
import { bytesValue, numberValue, readBytes, readNumber, readText, textValue } from '../items/item.ts';
import type { Item } from '../items/item.ts';

export interface StoredRow {
  readonly row: OutboxRow & { readonly createdAtMs: number };
  /** The row id of the key's number before this one, if there was one. */
  readonly previousRowId: number | undefined;
}

/** A row as an item. Texts from strangers travel as one JSON text, which escapes what UTF-8 cannot carry. */
export const rowItem = ({ row, previousRowId }: StoredRow): Item => {
  const { address, id, key, deduplicationKey, headers, delayMs, body, sequence, epoch, createdAtMs } = row;
  return {
    message: textValue(JSON.stringify({ address, id, key, deduplicationKey, headers, delayMs })),
    body: bytesValue(body),
    epoch: textValue(epoch),
    createdAt: numberValue(createdAtMs),
    ...(sequence === undefined ? {} : { sequence: numberValue(sequence) }),
    ...(previousRowId === undefined ? {} : { previous: numberValue(previousRowId) }),
  };
};

export type RowMessage = Omit<OutboxDraft, 'body'>;

/** Which message a row is, without the rest of it. */
export function readMessage(item: Item): RowMessage {
  // Written by `rowItem`, and by nothing else.
  const message = JSON.parse(readText(item, 'message')) as RowMessage;
  return { ...message, key: message.key };
}

export function readRow(item: Item, buckets: number): StoredRow {
  const rowId = Number(readText(item, 'sk'));
  return {
    row: {
      ...readMessage(item),
      body: readBytes(item, 'body') ?? new Uint8Array(),
      rowId,
      bucket: rowId % buckets,
      sequence: readNumber(item, 'sequence'),
      epoch: readText(item, 'epoch'),
      createdAtMs: readNumber(item, 'createdAt') ?? 0,
    },
    previousRowId: readNumber(item, 'previous'),
  };
}
