/**
 * Time as a parameter: real, scaled or virtual. Everything in core, the stores and the memory transport takes its time from one.
 */
export interface Clock {
  /** Wall time in epoch milliseconds. May jump; never used to measure. */
  readonly now: () => number;
  /** Milliseconds that only grow, from an arbitrary start. */
  readonly monotonic: () => number;
  /** Runs `task` once after `delayMs`. */
  readonly after: (delayMs: number, task: () => void) => Timer;
  /** Resolves after `delayMs`, or at once when the signal aborts (it never rejects). */
  readonly sleep: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  /** Resolves in a later turn of the event loop, so that a busy loop lets timers and I/O have theirs. */
  readonly turn: () => Promise<void>;
}

export interface Timer {
  readonly cancel: () => void;
}

/** A number in [0, 1), as `Math.random` gives it. */
export type Random = () => number;

/** A new globally unique id. */
export type NewId = () => string;
