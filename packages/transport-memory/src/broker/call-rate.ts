/** Calls of one kind: a bucket of one second's calls that fills evenly. */
export interface CallRate {
  /** False when the call is one too many; it counts for nothing then. */
  readonly admits: (nowMs: number) => boolean;
}

export function createCallRate(callsPerSecond: number): CallRate {
  if (callsPerSecond === Infinity) return { admits: () => true };
  let calls = callsPerSecond;
  let filledAtMs = -Infinity;
  return {
    admits: (nowMs) => {
      calls = Math.min(callsPerSecond, calls + ((nowMs - filledAtMs) / 1000) * callsPerSecond);
      filledAtMs = nowMs;
      if (calls < 1) return false;
      calls -= 1;
      return true;
    },
  };
}

/** One bucket for each kind of call that a receiver makes. */
export interface ReceiverRates {
  readonly receive: CallRate;
  readonly settle: CallRate;
  readonly extend: CallRate;
}

export function createReceiverRates(callsPerSecond: number): ReceiverRates {
  return {
    receive: createCallRate(callsPerSecond),
    settle: createCallRate(callsPerSecond),
    extend: createCallRate(callsPerSecond),
  };
}
