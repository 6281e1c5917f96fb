import { MemoryBrokerError } from './memory-error-codes.ts';

/** Lets calls through while its object is open. */
export interface CallGate {
  /** Rejects once closed. Never ends once abandoned: the code that waits is that of a dead process. */
  readonly pass: <Result>(work: () => Result | Promise<Result>) => Promise<Result>;
  /** False when it was not open any more. */
  readonly close: () => boolean;
  readonly abandon: () => void;
}

export function createCallGate(what: string): CallGate {
  let state: 'open' | 'closed' | 'abandoned' = 'open';
  return {
    pass: async (work) => {
      if (state === 'abandoned') return new Promise<never>(() => undefined);
      if (state === 'closed') throw new MemoryBrokerError('closed', `The ${what} is closed.`);
      return work();
    },
    close: () => {
      if (state !== 'open') return false;
      state = 'closed';
      return true;
    },
    abandon: () => {
      state = 'abandoned';
    },
  };
}
