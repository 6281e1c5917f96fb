/** A failure that nobody has heard of yet; one at a time is enough. */
export interface PendingFailure {
  /** Kept unless one waits already. */
  readonly note: (error: unknown) => void;
  /** Throws the one that waits, once. */
  readonly raise: () => void;
}

export function createPendingFailure(): PendingFailure {
  let failure: { readonly error: unknown } | undefined;
  return {
    note: (error) => {
      failure ??= { error };
    },
    raise: () => {
      if (failure === undefined) return;
      const { error } = failure;
      failure = undefined;
      throw error;
    },
  };
}
