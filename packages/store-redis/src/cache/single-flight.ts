export interface SingleFlight<Value> {
  /** Starts the work, or joins what is under way for this key. */
  readonly run: (key: string, work: () => Promise<Value>) => Promise<Value>;
  /** Who comes after this joins nothing that was begun before it. */
  readonly forget: (key: string) => void;
}

/** Work that is asked for again while it is under way is done once, for all who ask. */
export function singleFlight<Value>(): SingleFlight<Value> {
  const underWay = new Map<string, Promise<Value>>();
  return {
    run: (key, work) => {
      const present = underWay.get(key);
      if (present !== undefined) return present;
      const started: Promise<Value> = work().finally(() => {
        if (underWay.get(key) === started) underWay.delete(key);
      });
      underWay.set(key, started);
      return started;
    },
    forget: (key) => void underWay.delete(key),
  };
}
