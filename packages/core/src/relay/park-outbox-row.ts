import type { OutboxRow } from '../driver/index.ts';
import { numberedHeaders } from './channel-sender.ts';
import type { RelayOptions } from './relay-options.ts';

/**
 * Takes a row that no broker will take out of the outbox and keeps it as a dead letter, in one transaction. Its key waits behind it:
 * sending the next number would only make a gap.
 */
export async function parkOutboxRow(
  { runTransaction, transport, clock, log, observe }: RelayOptions,
  row: OutboxRow,
  error: unknown,
): Promise<void> {
  const { id, key, deduplicationKey, body, address } = row;
  const code = transport.codeOf(error);
  const letter = {
    id: `outbox:${id}`,
    subscription: 'outbox',
    kind: address.kind,
    channel: address.channel,
    messageId: id,
    key,
    deduplicationKey,
    headers: numberedHeaders(row),
    body,
    reason: code,
    error: error instanceof Error ? error.message.slice(0, 1000) : 'not an Error',
    attempts: 1,
    role: 'poison',
    firstFailedAtMs: clock.now(),
  } as const;
  await runTransaction((transaction) =>
    transaction.changeDeadLetters([{ change: 'put', letter, parksKey: key !== undefined, outboxRowId: row.rowId }]),
  );
  observe?.({ event: 'dead-lettered', subscription: 'outbox', message: row, code });
  log.warn({ id, channel: address.channel, code }, 'no broker takes this row: its key is parked');
}
