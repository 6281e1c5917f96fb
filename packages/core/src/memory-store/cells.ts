/** A committed value with the number of the commit that wrote it. */
interface Cell<Value> {
  readonly value: Value;
  readonly version: number;
}

/** Committed values by key. Only a commit writes here; transactions see them through a `WorkingSet`. */
export class Cells<Value> {
  readonly #cells = new Map<string, Cell<Value>>();

  get size(): number {
    return this.#cells.size;
  }

  get(key: string): Value | undefined {
    return this.#cells.get(key)?.value;
  }

  /** 0 where there is nothing. */
  versionOf(key: string): number {
    return this.#cells.get(key)?.version ?? 0;
  }

  values(): IteratorObject<Value> {
    return this.#cells.values().map(({ value }) => value);
  }

  entries(): IteratorObject<readonly [string, Value]> {
    return this.#cells.entries().map(([key, { value }]) => [key, value]);
  }

  /** `undefined` takes it away. A value that is replaced keeps its place in the order. */
  write(key: string, value: Value | undefined, version: number): void {
    if (value === undefined) this.#cells.delete(key);
    else this.#cells.set(key, { value, version });
  }
}
