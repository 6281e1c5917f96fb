import type { QueueInspection } from '@waybill/core/driver';
import type { QueueSight } from './receiver/sqs-receiver.ts';

/**
 * The age of the oldest message, as far as this process knows it: SQS tells it to CloudWatch only. Of what a receiver holds it knows the time;
 * of what waits only that the receiver would have had it before, if it were older. `undefined` where no receiver here has asked.
 */
export function ageMsOf(
  { ready, inFlight }: Pick<QueueInspection, 'ready' | 'inFlight'>,
  sights: readonly QueueSight[],
  nowMs: number,
): number | undefined {
  if (ready === 0 && inFlight === 0) return 0;
  const held = sights.flatMap(({ oldestHeldAtMs }) => oldestHeldAtMs ?? []);
  const cleared = sights.flatMap(({ clearedAtMs }) => clearedAtMs ?? []);
  const waitingSinceMs = ready === 0 || cleared.length === 0 ? [] : [Math.max(...cleared)];
  const sinceMs = Math.min(...held, ...waitingSinceMs);
  return Number.isFinite(sinceMs) ? Math.max(0, nowMs - sinceMs) : undefined;
}
