import type { QueueInspection } from '@waybill/core/driver';
import type { ManagedConnection } from './connection/managed-connection.ts';
import { createQueueAges } from './queue-ages.ts';
import type { QueueView } from './queue-ages.ts';
import type { QueueHolding } from './receiver/rabbit-receiver.ts';
import type { RabbitClock } from './time/system-clock.ts';

export interface QueueInspector {
  /** Adds up the partition queues. `holdings` says what the receivers of this process hold of them by now. */
  readonly inspect: (queues: readonly string[], holdings: () => readonly QueueHolding[]) => Promise<QueueInspection>;
}

export interface QueueInspectorOptions {
  /** Without consumers: a passive declare of a missing queue costs the channel, and elsewhere the connection. */
  readonly connection: Pick<ManagedConnection, 'openChannel'>;
  readonly clock: RabbitClock;
}

/**
 * Ready messages come from passive declares, which disturb nobody. The broker keeps no age on quorum queues and counts no messages in
 * flight there, so both come from the consumer that holds the head of the queue, where it is one of this process.
 */
export function createQueueInspector({ connection, clock }: QueueInspectorOptions): QueueInspector {
  const ages = createQueueAges(clock);
  return {
    inspect: async (queues, holdings) => {
      const views = await viewsOf(connection, queues, holdings);
      return {
        ready: views.reduce((total, { ready }) => total + ready, 0),
        inFlight: views.every(({ isWhole }) => isWhole) ? countOf(views.flatMap((view) => view.holdings)) : undefined,
        oldestAgeMs: oldest(views.map((view) => ages.ageMs(view))),
      };
    },
  };
}

async function viewsOf(
  connection: Pick<ManagedConnection, 'openChannel'>,
  queues: readonly string[],
  holdings: () => readonly QueueHolding[],
): Promise<readonly QueueView[]> {
  const channel = await connection.openChannel('plain');
  const answers = await Promise.all(queues.map((queue) => channel.checkQueue(queue)));
  await channel.close();
  // Asked last: what went from the queue to a receiver in the meantime is counted rather than missed.
  const all = holdings();
  return answers.map(({ queue, messageCount, consumerCount }) => {
    const own = all.filter((holding) => holding.queue === queue);
    const isWhole = consumerCount === 0 || own.some(({ isActive }) => isActive);
    return { queue, ready: messageCount, holdings: own, isWhole };
  });
}

function countOf(holdings: readonly QueueHolding[]): number {
  return holdings.reduce((total, { count }) => total + count, 0);
}

/** What is known is a lower bound where other queues are not known, except that 0 then says nothing. */
function oldest(ages: readonly (number | undefined)[]): number | undefined {
  const known = ages.filter((age) => age !== undefined);
  const highest = Math.max(0, ...known);
  return highest === 0 && known.length < ages.length ? undefined : highest;
}
