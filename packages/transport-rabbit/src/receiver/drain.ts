/** A time in which nothing more is given to core, until it holds nothing any more. */
export interface Drain {
  readonly isOn: () => boolean;
  /** Resolves once `isDone` is seen to be true. */
  readonly begin: () => Promise<void>;
  /** Looks again; to be called after whatever may have made `isDone` true. */
  readonly look: () => void;
  readonly giveUp: () => void;
}

export function createDrain(isDone: () => boolean): Drain {
  let waiting: PromiseWithResolvers<void> | undefined;
  const look = (): void => {
    if (waiting !== undefined && isDone()) waiting.resolve();
  };
  return {
    isOn: () => waiting !== undefined,
    begin: () => {
      const { promise } = (waiting ??= Promise.withResolvers<void>());
      look();
      return promise;
    },
    look,
    giveUp: () => {
      waiting = undefined;
    },
  };
}
