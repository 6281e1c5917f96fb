import type { SqsClock } from '../time/system-clock.ts';
import type { PollRequest } from './poller.ts';

export interface LostRequest {
  readonly request: PollRequest;
  /** When that was first known. */
  readonly lostAtMs: number;
}

/** Requests whose answers were lost, and with them perhaps messages that nobody else can get now. */
export interface LostRequests {
  readonly add: (lost: LostRequest) => void;
  /** The oldest that is still worth asking again; taken out. */
  readonly next: () => LostRequest | undefined;
}

/** Each is kept for `lostMsMax` after its first loss. */
export function createLostRequests(clock: SqsClock, lostMsMax: number): LostRequests {
  const lost: LostRequest[] = [];
  return {
    add: (one) => void lost.push(one),
    next: () => {
      for (;;) {
        const next = lost.shift();
        if (next === undefined || clock.monotonic() - next.lostAtMs < lostMsMax) return next;
      }
    },
  };
}
