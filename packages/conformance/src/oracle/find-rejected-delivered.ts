import type { Ledger } from '../ledger/ledger.ts';
import type { Finding } from './finding.ts';

/** Deliveries of messages whose every publish was said to be certainly not accepted. */
export function findRejectedDelivered({
  publishes,
  deliveries,
}: Pick<Ledger, 'publishes' | 'deliveries'>): readonly Finding[] {
  const possible = new Set(publishes.filter(({ outcome }) => outcome !== 'rejected').map(({ messageId }) => messageId));
  const rejected = new Set(publishes.map(({ messageId }) => messageId).filter((messageId) => !possible.has(messageId)));
  return deliveries
    .filter(({ messageId }) => rejected.has(messageId))
    .map(({ messageId }) => ({ rule: 'rejected-delivered', text: `${messageId} was rejected and still delivered` }));
}
