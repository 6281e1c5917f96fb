import type { Ledger } from '../ledger/ledger.ts';
import type { Finding } from './finding.ts';

/** Confirmed messages that nobody accepted. Call it when nothing more is on its way. */
export function findLosses({ publishes, deliveries }: Pick<Ledger, 'publishes' | 'deliveries'>): readonly Finding[] {
  const accepted = new Set(
    deliveries.filter(({ outcome }) => outcome === 'accepted').map(({ messageId }) => messageId),
  );
  return publishes
    .filter(({ outcome, messageId }) => outcome === 'confirmed' && !accepted.has(messageId))
    .map(({ messageId }) => ({ rule: 'loss', text: `${messageId} was confirmed and never accepted` }));
}
