/** A sender or a receiver, for one. */
export interface Closable {
  readonly close: () => Promise<void>;
}

/** For drivers: what a transport has opened and must close. */
export interface OpenThings {
  /** Throws what the driver says of a transport that is closed. */
  readonly refuseWhenClosed: () => void;
  /** Closes what was opened in the meantime too; `forget` runs when it is closed, by whomever. */
  readonly keep: <Opened extends Closable>(opened: Opened, forget?: () => void) => Promise<Opened>;
  readonly close: () => Promise<void>;
}

/** @param closedError what is thrown to whoever opens something of a closed transport */
export function createOpenThings(closedError: () => Error): OpenThings {
  const open = new Set<Closable>();
  let isClosed = false;

  const refuseWhenClosed = (): void => {
    if (isClosed) throw closedError();
  };

  return {
    refuseWhenClosed,
    keep: async (opened, forget) => {
      const close = async (): Promise<void> => {
        open.delete(kept);
        forget?.();
        await opened.close();
      };
      const kept = { ...opened, close };
      open.add(kept);
      if (isClosed) await kept.close();
      refuseWhenClosed();
      return kept;
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...open].map((opened) => opened.close()));
    },
  };
}
