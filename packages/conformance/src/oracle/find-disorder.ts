import type { Ledger } from '../ledger/ledger.ts';
import type { Finding } from './finding.ts';

/**
 * Starts out of the order of their key. A message may start again only while none behind it has started, unless it was accepted
 * before: then the repeat is a duplicate, which is another finding.
 */
export function findDisorder({ publishes, deliveries }: Pick<Ledger, 'publishes' | 'deliveries'>): readonly Finding[] {
  const places = new Map(publishes.map(({ messageId, seq }) => [messageId, seq]));
  const furthest = new Map<string, { readonly seq: number; readonly messageId: string }>();
  const accepted = new Set<string>();
  const findings: Finding[] = [];
  for (const { messageId, key, outcome } of deliveries) {
    const seq = places.get(messageId);
    if (key === undefined || seq === undefined || accepted.has(messageId)) continue;
    if (outcome === 'accepted') accepted.add(messageId);
    const last = furthest.get(key);
    if (last === undefined || seq >= last.seq) furthest.set(key, { seq, messageId });
    else findings.push({ rule: 'disorder', text: `${messageId} of key ${key} started after ${last.messageId}` });
  }
  return findings;
}
