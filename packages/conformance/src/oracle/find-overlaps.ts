import type { DeliveryRecord, Ledger } from '../ledger/ledger.ts';
import type { Finding } from './finding.ts';

/** Handlings of one key that ran at the same time. One without an end is taken to run until the next of its own consumer starts. */
export function findOverlaps({ deliveries }: Pick<Ledger, 'deliveries'>): readonly Finding[] {
  const running = new Map<string, DeliveryRecord>();
  const findings: Finding[] = [];
  for (const delivery of deliveries) {
    if (delivery.key === undefined) continue;
    const before = running.get(delivery.key);
    if (before !== undefined && isRunning(before, delivery)) {
      const text = `${delivery.messageId} of key ${delivery.key} started while ${before.messageId} ran`;
      findings.push({ rule: 'overlap', text });
    }
    if (before === undefined || endOf(delivery) >= endOf(before)) running.set(delivery.key, delivery);
  }
  return findings;
}

function isRunning(before: DeliveryRecord, next: DeliveryRecord): boolean {
  const isOpenButOver = before.endMs === undefined && before.consumerId === next.consumerId;
  return !isOpenButOver && endOf(before) > next.startMs;
}

const endOf = ({ endMs }: DeliveryRecord): number => endMs ?? Infinity;
