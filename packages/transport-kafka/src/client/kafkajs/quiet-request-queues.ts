import { createRequire } from 'node:module';

interface Request {
  readonly sentAt: number;
  readonly requestTimeout: number;
  readonly timeoutRequest: () => void;
}

/** What the fixed methods touch of kafkajs's queue of requests, one for each connection. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly inflight: ReadonlyMap<number, Request>;
  /** Epoch milliseconds; −1 where the broker asks for no pause. */
  readonly throttledUntil: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  requestTimeoutIntervalId: NodeJS.Timeout | undefined;
  readonly checkPendingRequests: () => void;
  readonly isConnected: () => boolean;
  /** Clears both timers. */
  readonly destroy: () => void;
}

interface RequestQueueClass {
  readonly prototype: {
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
    scheduleRequestTimeoutCheck: (this: RequestQueue) => void;
  };
}

const overloadedMs = 10;
const timeoutCheckMs = 1000;

/**
 * Gives every queue of requests a timer only while something waits in it. As released, kafkajs 2.2.4 computes a wait below zero, arms a timer of
 * 1 ms over and over on an idle connection (about 170 ms of CPU in 10 s) and makes Node 24 print a warning; and it looks ten times a second on
 * each connection whether a request has waited for its 30 s. Idempotent.
 */
export function quietRequestQueues(): void {
  const queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as RequestQueueClass;
  queue.prototype.scheduleCheckPendingRequests = scheduleCheck;
  queue.prototype.scheduleRequestTimeoutCheck = scheduleTimeoutCheck;
}

/** By the machine's clock, as the queue itself: it compares and clears what is set here. */
function scheduleCheck(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const throttledMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledMs > 0 ? throttledMs : overloadedMs,
  );
}

function scheduleTimeoutCheck(this: RequestQueue): void {
  if (!this.enforceRequestTimeout) return;
  this.destroy();
  const look = (): void => {
    for (const request of this.inflight.values()) {
      if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
    }
    if (!this.isConnected()) this.destroy();
  };
  this.requestTimeoutIntervalId = setInterval(look, Math.min(this.requestTimeout, timeoutCheckMs));
}
