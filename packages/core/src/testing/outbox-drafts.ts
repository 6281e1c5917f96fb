import type { OutboxDraft } from '../driver/index.ts';
import type { MemoryStore } from '../memory-store/memory-store.ts';
import type { RecordingTransport } from './recording-transport.ts';

/** An event whose key is the first letter of its id, where nothing else is said. */
export const draft = (id: string, key: string = id.charAt(0), channel = 'order-paid'): OutboxDraft => ({
  address: { kind: 'event', channel },
  id,
  key,
  deduplicationKey: id,
  headers: { 'ce-type': channel },
  body: new TextEncoder().encode(id),
  delayMs: 0,
});

/** Commits all of them in one transaction. */
export const publish = (store: MemoryStore, ...drafts: readonly OutboxDraft[]): Promise<void> =>
  store.transaction((transaction) => transaction.enqueue(drafts));

export const idsOf = ({ sent }: RecordingTransport): readonly string[] => sent.map(({ message }) => message.id);
