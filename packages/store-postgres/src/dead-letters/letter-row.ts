import type { DeadLetterDraft, DeadLetterRecord } from '@waybill/core/driver';
import { toBase64 } from '../outbox/to-base64.ts';
import { bytesOf } from '../sql/bytes-of.ts';
import { indexedText } from '../sql/indexed-text.ts';
import type { SqlRow } from '../sql/sql-query.ts';

export interface KeyNames {
  readonly subscription: string;
  readonly channel: string;
  readonly key: string | undefined;
}

export interface LetterRow extends KeyNames {
  readonly id: string;
  readonly letter: string;
  /** In base64. */
  readonly body: string;
}

/**
 * A letter as the statements take it. All but its bytes is one JSON text, which escapes what `text` refuses (NUL, lone surrogates), so that
 * the texts of strangers come back exactly; the columns beside it are what letters are found by.
 */
export function toLetterRow(draft: DeadLetterDraft): LetterRow {
  const { body, ...letter } = draft;
  return {
    id: indexedText(draft.id),
    ...keyNames(draft),
    letter: JSON.stringify(letter),
    body: toBase64(body),
  };
}

/** The key that a letter may hold back, as the tables name it. */
export function keyNames({ subscription, channel, key }: Pick<DeadLetterDraft, keyof KeyNames>): KeyNames {
  return {
    subscription: indexedText(subscription),
    channel: indexedText(channel),
    key: key === undefined ? undefined : indexedText(key),
  };
}

/** Of the columns `letter`, `body`, `position` and `replays`. */
export function letterOf({ letter, body, position, replays }: SqlRow): DeadLetterRecord {
  // Written by `toLetterRow` and by nobody else; only `key` and `origin` may be absent.
  const draft = JSON.parse(String(letter)) as Omit<DeadLetterDraft, 'body'>;
  return {
    ...draft,
    key: draft.key,
    origin: draft.origin,
    body: bytesOf(body),
    position: Number(position),
    replays: Number(replays),
  };
}
