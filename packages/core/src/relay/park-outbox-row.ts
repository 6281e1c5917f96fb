import { errorText } from '../dead-letters/error-text.ts';
import { letterId } from '../dead-letters/letter-id.ts';
import { originalError } from '../handling/handler-failed.ts';
import type { OutboxMessage } from './outbox-message.ts';
import type { RelayServices } from './relay-options.ts';

export interface ParkedRow extends OutboxMessage {
  readonly error: unknown;
  readonly tries: number;
  readonly firstFailedAtMs: number;
}

/**
 * Takes a row that no broker will take out of the outbox and keeps it as a dead letter, in one transaction. Its key waits behind it:
 * sending the next number would only make a gap.
 */
export async function parkOutboxRow(services: RelayServices, parked: ParkedRow): Promise<void> {
  const { runTransaction, store, transport, log, observe } = services;
  const { row, message, error, tries, firstFailedAtMs } = parked;
  const { id, key, deduplicationKey, headers, body } = message;
  const { kind, channel } = row.address;
  const code = transport.codeOf(error);
  const letter = {
    id: letterId('outbox', { message, origin: undefined }),
    subscription: 'outbox',
    kind,
    channel,
    messageId: id,
    key,
    deduplicationKey,
    headers,
    body,
    reason: code,
    error: errorText(error),
    attempts: tries,
    role: 'poison',
    firstFailedAtMs,
    origin: undefined,
  } as const;
  try {
    await runTransaction((transaction) =>
      transaction.changeDeadLetters([{ change: 'put', letter, parksKey: key !== undefined, outboxRowId: row.rowId }]),
    );
  } catch (failure) {
    // Another relay was faster: it has sent the row, or put it aside.
    if (store.codeOf(originalError(failure)) === 'not-found') return;
    throw failure;
  }
  observe?.({ event: 'dead-lettered', subscription: 'outbox', message, code });
  log.warn({ id, channel, code }, 'no broker takes this row: its key is parked');
}
