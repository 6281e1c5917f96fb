import { setTimeout as sleep } from 'node:timers/promises';
import type { EffectTables } from './effect-tables.ts';
import type { Team } from './team.ts';

/** Longer than a queue of RabbitMQ may stand still while it is handed over. */
const silentMsMax = 150_000;
const pollMs = 200;

/**
 * Waits until everything confirmed has its effect and, for twice a lease, nobody receives or holds anything.
 * @throws Error with the counts when nothing happens any more and something is missing: it is lost, or stuck
 */
export async function settleTeam(
  team: Pick<Team, 'totals' | 'held'>,
  tables: Pick<EffectTables, 'counts' | 'effects' | 'judge'>,
  leaseMs: number,
): Promise<void> {
  const { confirmed } = await tables.counts();
  let last = '';
  let movedAt = performance.now();
  let isComplete = false;
  for (;;) {
    const effects = await tables.effects();
    const held = team.held();
    const { received } = team.totals();
    const text = JSON.stringify({ confirmed, effects, received, held });
    if (text !== last) movedAt = performance.now();
    last = text;
    const silentMs = performance.now() - movedAt;
    isComplete ||= effects >= confirmed && (await tables.judge()).lost === 0;
    if (isComplete && held === 0 && silentMs > 2 * leaseMs) return;
    if (silentMs > silentMsMax) throw new Error(`The workers are not done: ${text}`);
    await sleep(pollMs);
  }
}
