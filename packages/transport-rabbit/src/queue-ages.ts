import type { QueueHolding } from './receiver/rabbit-receiver.ts';
import type { RabbitClock } from './time/system-clock.ts';

/** One queue, from the broker and from this process. */
export interface QueueView {
  readonly queue: string;
  readonly ready: number;
  readonly holdings: readonly QueueHolding[];
  /** Nobody else can hold a message of it: the single active consumer is here, or there is none. */
  readonly isWhole: boolean;
}

export interface QueueAges {
  /** How long the oldest message of the queue has been there; `undefined` where that cannot be known. */
  readonly ageMs: (view: QueueView) => number | undefined;
}

interface Idleness {
  readonly sinceMs: number;
  readonly ready: number;
  readonly arrivals: number;
}

/**
 * The head of a queue is with its consumer, so what that holds tells the age. Where messages are ready and none is held, nobody works:
 * then the time since this was first seen is a lower bound, as long as nothing has arrived here or gone elsewhere in between.
 */
export function createQueueAges(clock: RabbitClock): QueueAges {
  const idle = new Map<string, Idleness>();

  /** Nothing is known at first sight. */
  const idleMs = ({ queue, ready, holdings }: QueueView): number | undefined => {
    const nowMs = clock.monotonic();
    const arrivals = holdings.reduce((total, holding) => total + holding.arrivals, 0);
    const seen = idle.get(queue);
    if (seen?.arrivals === arrivals && ready >= seen.ready) return nowMs - seen.sinceMs;
    idle.set(queue, { sinceMs: nowMs, ready, arrivals });
    return undefined;
  };

  return {
    ageMs: (view) => {
      const heldMs = heldAgeMs(view.holdings, clock);
      if (heldMs === undefined && view.ready > 0 && view.isWhole) return idleMs(view);
      idle.delete(view.queue);
      return heldMs ?? (view.isWhole ? 0 : undefined);
    },
  };
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
