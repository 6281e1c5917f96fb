import type { Ledger } from '../ledger/ledger.ts';
import type { Finding } from './finding.ts';

/** Deliveries of messages that this run never published. */
export function findForeign({ publishes, deliveries }: Pick<Ledger, 'publishes' | 'deliveries'>): readonly Finding[] {
  const published = new Set(publishes.map(({ messageId }) => messageId));
  return deliveries
    .filter(({ messageId }) => !published.has(messageId))
    .map(({ messageId }) => ({ rule: 'foreign', text: `${messageId} was delivered and never published here` }));
}
