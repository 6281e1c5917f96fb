import type { Ledger } from '../ledger/ledger.ts';
import type { Finding } from './finding.ts';

/** Attempts that do not count 1, 2, 3 … for each message. For brokers that count, and runs without lost deliveries. */
export function findBrokenAttempts({ deliveries }: Pick<Ledger, 'deliveries'>): readonly Finding[] {
  const counts = new Map<string, number>();
  const findings: Finding[] = [];
  for (const { messageId, attempt } of deliveries) {
    const expected = (counts.get(messageId) ?? 0) + 1;
    counts.set(messageId, expected);
    if (attempt === expected) continue;
    findings.push({ rule: 'attempts', text: `${messageId} came as attempt ${attempt} where ${expected} was due` });
  }
  return findings;
}
