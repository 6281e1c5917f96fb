import type { OutboxDraft } from '@waybill/core/driver';

/** What is usual is left out. */
export interface Envelope {
  readonly bucket: number;
  readonly kind: 'command' | 'event';
  readonly channel: string;
  readonly id: string;
  readonly key?: string;
  readonly deduplicationKey: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly delayMs?: number;
}

/**
 * What nobody compares travels in one JSON text, which carries what `text` refuses: NUL and halves of characters. It is all that is read of a row, with
 * its numbers: each further column costs as much as many fields. What the store has delayed is not delayed again.
 */
export function toEnvelopeText(draft: OutboxDraft, bucket: number): string {
  const { address, id, key, deduplicationKey, headers, delayedBy } = draft;
  const delayMs = draft.delayMs > 0 && delayedBy !== 'store' ? { delayMs: draft.delayMs } : {};
  return JSON.stringify({ bucket, ...address, id, key, deduplicationKey, headers, ...delayMs });
}

export const fromEnvelopeText = (text: string): Envelope => JSON.parse(text) as Envelope;
