/** Counts what is handled, and measures from the first to the last so that opening connections does not count. */
export interface Progress {
  readonly note: () => void;
  /** Messages a second, once so many are handled. */
  readonly rate: Promise<number>;
}

export function createProgress(messages: number): Progress {
  const { promise, resolve } = Promise.withResolvers<number>();
  let handled = 0;
  let firstAtMs = 0;
  return {
    note: () => {
      handled += 1;
      if (handled === 1) firstAtMs = performance.now();
      if (handled < messages) return;
      const rate = ((messages - 1) / (performance.now() - firstAtMs)) * 1000;
      // In a later turn: whoever acknowledges after its handler has done so by then.
      setImmediate(() => resolve(rate));
    },
    rate: promise,
  };
}
