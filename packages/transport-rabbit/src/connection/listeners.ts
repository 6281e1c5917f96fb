/** Who wants to be told of one kind of event. */
export interface Listeners<Value> {
  /** Answers with a function that takes the listener away. */
  readonly add: (listener: (value: Value) => void) => () => void;
  readonly tell: (value: Value) => void;
}

export function createListeners<Value>(): Listeners<Value> {
  const listeners = new Set<(value: Value) => void>();
  return {
    add: (listener) => {
      // Wrapped, so that the same function may be added twice.
      const own = (value: Value): void => listener(value);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    tell: (value) => {
      for (const listener of listeners) listener(value);
    },
  };
}
