import type { OutboxRow, TransportMessage } from '../driver/index.ts';
import { headerNames } from '../envelope/header-names.ts';

/** A row on its way, with the message that it is on the wire. */
export interface OutboxMessage {
  readonly row: OutboxRow;
  readonly message: TransportMessage;
}

/** The number and its epoch travel in headers; they are what the fence at the consumer goes by. */
export function toOutboxMessage(row: OutboxRow): OutboxMessage {
  const { id, key, deduplicationKey, headers, body, delayMs, sequence, epoch } = row;
  const numbered =
    sequence === undefined
      ? headers
      : { ...headers, [headerNames.sequence]: String(sequence), [headerNames.epoch]: epoch };
  return { row, message: { id, key, deduplicationKey, headers: numbered, body, delayMs } };
}
