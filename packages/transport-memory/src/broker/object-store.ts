/** One object that records were written to, as a bucket holds it. */
export interface StoredObject {
  readonly key: string;
  readonly writtenAtMs: number;
  /** The records in the order in which they were taken. The real object is these bytes one after the other, without a delimiter. */
  readonly records: readonly Uint8Array[];
}

/** What a bucket offers its readers. Empty where a profile writes no objects. */
export interface ObjectStore {
  /** Keys in their order (which is that of writing, to the second), after `after` and beginning with `prefix`. */
  readonly list: (query?: ObjectQuery) => readonly string[];
  readonly get: (key: string) => StoredObject | undefined;
  readonly remove: (key: string) => void;
}

export interface ObjectQuery {
  readonly prefix?: string;
  readonly after?: string;
}

export interface WritableObjectStore extends ObjectStore {
  readonly put: (object: StoredObject) => void;
  /** Runs `task` before anybody looks, so that what is due by then is there without a timer. */
  readonly beforeRead: (task: () => void) => void;
}

export function createObjectStore(): WritableObjectStore {
  const objects = new Map<string, StoredObject>();
  const tasks: (() => void)[] = [];
  const read = (): ReadonlyMap<string, StoredObject> => {
    for (const task of tasks) task();
    return objects;
  };
  return {
    list: ({ prefix = '', after = '' } = {}) =>
      [...read().keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted(),
    get: (key) => read().get(key),
    remove: (key) => {
      objects.delete(key);
    },
    put: (object) => {
      objects.set(object.key, object);
    },
    beforeRead: (task) => {
      tasks.push(task);
    },
  };
}
