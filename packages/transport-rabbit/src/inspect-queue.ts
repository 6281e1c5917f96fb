import type { QueueInspection } from '@waybill/core/driver';
import type { ManagedConnection } from './connection/managed-connection.ts';
import type { QueueHolding } from './receiver/rabbit-receiver.ts';
import type { RabbitClock } from './time/system-clock.ts';

export interface QueueInspector {
  /** Adds up the partition queues. `holdings` is what the receivers of this process hold of them. */
  readonly inspect: (queues: readonly string[], holdings: readonly QueueHolding[]) => Promise<QueueInspection>;
}

export interface QueueInspectorOptions {
  /** Without consumers: a passive declare of a missing queue costs the channel, and elsewhere the connection. */
  readonly connection: Pick<ManagedConnection, 'openChannel'>;
  readonly clock: RabbitClock;
}

/** One queue, from the broker and from this process. */
interface QueueView {
  readonly queue: string;
  readonly ready: number;
  readonly holdings: readonly QueueHolding[];
  /** Nobody else can hold a message of it: the single active consumer is here, or there is none. */
  readonly isWhole: boolean;
}

/**
 * Ready messages come from passive declares, which disturb nobody. The broker keeps no age on quorum queues and counts no messages in
 * flight there, so both come from the consumer that holds the head of the queue, where it is one of this process.
 */
export function createQueueInspector({ connection, clock }: QueueInspectorOptions): QueueInspector {
  /** Since when a queue has had messages that nobody works on. */
  const idleSince = new Map<string, number>();

  const ageMs = (view: QueueView): number | undefined => {
    const heldMs = heldAgeMs(view.holdings, clock);
    const isIdle = heldMs === undefined && view.ready > 0 && view.isWhole;
    if (!isIdle) idleSince.delete(view.queue);
    if (heldMs !== undefined) return heldMs;
    if (!view.isWhole) return undefined;
    return isIdle ? idleMs(view.queue) : 0;
  };

  /** A lower bound; nothing is known at first sight. */
  const idleMs = (queue: string): number | undefined => {
    const nowMs = clock.monotonic();
    const sinceMs = idleSince.get(queue);
    if (sinceMs === undefined) idleSince.set(queue, nowMs);
    return sinceMs === undefined ? undefined : nowMs - sinceMs;
  };

  return {
    inspect: async (queues, holdings) => {
      const views = await viewsOf(connection, queues, holdings);
      return {
        ready: views.reduce((total, { ready }) => total + ready, 0),
        inFlight: views.every(({ isWhole }) => isWhole) ? countOf(views.flatMap((view) => view.holdings)) : undefined,
        oldestAgeMs: oldest(views.map(ageMs)),
      };
    },
  };
}

async function viewsOf(
  connection: Pick<ManagedConnection, 'openChannel'>,
  queues: readonly string[],
  holdings: readonly QueueHolding[],
): Promise<readonly QueueView[]> {
  const channel = await connection.openChannel('plain');
  const answers = await Promise.all(queues.map((queue) => channel.checkQueue(queue)));
  await channel.close();
  return answers.map(({ queue, messageCount, consumerCount }) => {
    const own = holdings.filter((holding) => holding.queue === queue);
    const isWhole = consumerCount === 0 || own.some(({ isActive }) => isActive);
    return { queue, ready: messageCount, holdings: own, isWhole };
  });
}

function countOf(holdings: readonly QueueHolding[]): number {
  return holdings.reduce((total, { count }) => total + count, 0);
}

/** By the publisher's own time; a foreign message without one is at least as old as its stay here. */
function heldAgeMs(holdings: readonly QueueHolding[], clock: RabbitClock): number | undefined {
  const ages = holdings.flatMap(({ oldest: held }) => {
    if (held === undefined) return [];
    const { enqueuedAtMs, arrivedAtMs } = held;
    return Math.max(0, enqueuedAtMs === undefined ? clock.monotonic() - arrivedAtMs : clock.now() - enqueuedAtMs);
  });
  return ages.length === 0 ? undefined : Math.max(...ages);
}

/** What is known is a lower bound where other queues are not known, except that 0 then says nothing. */
function oldest(ages: readonly (number | undefined)[]): number | undefined {
  const known = ages.filter((age) => age !== undefined);
  const highest = Math.max(0, ...known);
  return highest === 0 && known.length < ages.length ? undefined : highest;
}
