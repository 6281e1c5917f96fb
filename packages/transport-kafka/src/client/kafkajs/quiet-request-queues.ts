import { createRequire } from 'node:module';

/** What the fixed method touches of kafkajs's queue of requests, one for each connection. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Epoch milliseconds; −1 where the broker asks for no pause. */
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  readonly checkPendingRequests: () => void;
}

interface RequestQueueClass {
  readonly prototype: { scheduleCheckPendingRequests: (this: RequestQueue) => void };
}

const overloadedMs = 10;

/**
 * Gives every queue of requests a timer only while something waits in it. As released, kafkajs 2.2.4 computes a wait below zero, arms a timer of
 * 1 ms over and over on an idle connection (about 170 ms of CPU in 10 s) and makes Node 24 print a warning. Idempotent.
 */
export function quietRequestQueues(): void {
  const queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as RequestQueueClass;
  queue.prototype.scheduleCheckPendingRequests = scheduleCheck;
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
