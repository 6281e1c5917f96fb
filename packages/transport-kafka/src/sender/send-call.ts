import type { SendOutcome } from '@waybill/core/driver';

/** The outcomes of one call of `sendBatch` while they come in, in any order. */
export interface SendCall {
  /** A lane takes the message on and will say what became of it. `false` when the call has given it up. */
  readonly begin: (index: number) => boolean;
  readonly settle: (index: number, outcome: SendOutcome) => void;
  /** The messages of this key behind that one must not be sent any more. */
  readonly stop: (key: string, index: number) => void;
  readonly isStopped: (key: string, index: number) => boolean;
  /** Ends what no lane has taken on yet. */
  readonly expire: (outcome: SendOutcome) => void;
  readonly outcomes: Promise<readonly SendOutcome[]>;
}

export function createSendCall(size: number): SendCall {
  const { promise, resolve } = Promise.withResolvers<readonly SendOutcome[]>();
  const outcomes = Array.from({ length: size }, () => waiting);
  let stopped: Map<string, number> | undefined;
  let open = size;

  const settle = (index: number, outcome: SendOutcome): void => {
    outcomes[index] = outcome;
    open -= 1;
    if (open === 0) resolve(outcomes);
  };

  if (size === 0) resolve([]);
  return {
    begin: (index) => {
      if (outcomes[index] !== waiting) return false;
      outcomes[index] = begun;
      return true;
    },
    settle,
    stop: (key, index) => {
      stopped ??= new Map();
      stopped.set(key, Math.min(index, stopped.get(key) ?? Infinity));
    },
    isStopped: (key, index) => stopped !== undefined && index > (stopped.get(key) ?? Infinity),
    expire: (outcome) => {
      for (const [index, state] of outcomes.entries()) if (state === waiting) settle(index, outcome);
    },
    outcomes: promise,
  };
}

/** States of a message that has no outcome yet, compared by identity and never handed out. */
const waiting: SendOutcome = { status: 'unknown', error: undefined };
const begun: SendOutcome = { status: 'unknown', error: undefined };
