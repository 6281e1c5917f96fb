import type { RabbitClock } from '../time/system-clock.ts';
import type { PartitionSession } from './partition-session.ts';

export interface HoldLimit {
  readonly clock: RabbitClock;
  /** How long a message may stay unacknowledged before the broker would close the channel. */
  readonly holdMsMax: number;
}

/**
 * Gives everything back by closing the channel before the broker's consumer timeout does: that would be a channel error, with which
 * amqplib loses the whole connection when deliveries are in flight. Answers with a function that ends the watch.
 */
export function watchHold(session: Pick<PartitionSession, 'oldest' | 'end'>, limit: HoldLimit): () => void {
  const { clock, holdMsMax } = limit;
  const check = (): void => {
    const heldSinceMs = session.oldest()?.arrivedAtMs ?? clock.monotonic();
    const leftMs = heldSinceMs + holdMsMax - clock.monotonic();
    if (leftMs <= 0) session.end('held-too-long');
    else timer = clock.after(leftMs, check);
  };
  let timer = clock.after(holdMsMax, check);
  return () => timer.cancel();
}
