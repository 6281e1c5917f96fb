import type { SendOutcome } from '@waybill/core/driver';

/** The outcomes of one batch while they come in, in any order. */
export interface PendingBatch {
  /** The first outcome of a message counts; later ones come too late. */
  readonly settle: (index: number, outcome: SendOutcome) => void;
  /** From now on the message may arrive. `false` when the batch has ended and it must not be sent any more. */
  readonly begin: (index: number) => boolean;
  /** Gives every message that is still open its outcome. Answers with those of them that had begun. */
  readonly end: (outcomeOf: (hasBegun: boolean) => SendOutcome) => ReadonlySet<number>;
  readonly outcomes: Promise<readonly SendOutcome[]>;
}

export function createPendingBatch(size: number): PendingBatch {
  const { promise, resolve } = Promise.withResolvers<readonly SendOutcome[]>();
  const outcomes = Array.from<SendOutcome | 'waiting' | 'begun'>({ length: size }).fill('waiting');
  let open = size;

  const settle = (index: number, outcome: SendOutcome): void => {
    const state = outcomes[index];
    if (state !== 'waiting' && state !== 'begun') return;
    outcomes[index] = outcome;
    open -= 1;
    if (open === 0) resolve(outcomes.filter((settled) => typeof settled === 'object'));
  };

  if (size === 0) resolve([]);
  return {
    settle,
    begin: (index) => {
      if (outcomes[index] !== 'waiting') return false;
      outcomes[index] = 'begun';
      return true;
    },
    end: (outcomeOf) => {
      const begun = new Set<number>();
      for (const [index, state] of outcomes.entries()) {
        if (state === 'begun') begun.add(index);
        settle(index, outcomeOf(state === 'begun'));
      }
      return begun;
    },
    outcomes: promise,
  };
}
