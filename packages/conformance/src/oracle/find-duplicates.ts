import type { Ledger } from '../ledger/ledger.ts';
import type { Finding } from './finding.ts';

/** The messages of the deliveries that started after their message had been accepted, one entry for each delivery. */
export function findRepeats({ deliveries }: Pick<Ledger, 'deliveries'>): readonly string[] {
  const acceptedAtMs = new Map<string, number>();
  const repeated: string[] = [];
  for (const { messageId, startMs, endMs, outcome } of deliveries) {
    const beforeMs = acceptedAtMs.get(messageId);
    if (beforeMs !== undefined && startMs >= beforeMs) repeated.push(messageId);
    if (outcome === 'accepted' && beforeMs === undefined && endMs !== undefined) acceptedAtMs.set(messageId, endMs);
  }
  return repeated;
}

/** The repeats, where there are more of them than `boundMax`: 0 in a run without faults, what was in flight at the fault in others. */
export function findDuplicates(ledger: Pick<Ledger, 'deliveries'>, boundMax: number): readonly Finding[] {
  const repeated = findRepeats(ledger);
  if (repeated.length <= boundMax) return [];
  const text = `${repeated.length} deliveries of accepted messages, ${boundMax} allowed: ${repeated.slice(0, 5).join(', ')}`;
  return [{ rule: 'duplicates', text }];
}
