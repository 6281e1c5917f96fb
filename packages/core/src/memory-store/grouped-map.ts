/**
 * Values by group and name, such as inbox marks by scope and key. Two maps instead of one long joined string: quicker to look up, and
 * a million marks of one scope keep its name once.
 */
export class GroupedMap<Value> {
  readonly #groups = new Map<string, Map<string, Value>>();

  get size(): number {
    return this.#groups.values().reduce((sum, { size }) => sum + size, 0);
  }

  get(group: string, name: string): Value | undefined {
    return this.#groups.get(group)?.get(name);
  }

  group(group: string): ReadonlyMap<string, Value> {
    return this.#groups.get(group) ?? nothing;
  }

  /** `undefined` takes the value away. A value that is replaced keeps its place in the order of its group. */
  write(group: string, name: string, value: Value | undefined): void {
    if (value === undefined) {
      this.#delete(group, name);
      return;
    }
    const known = this.#groups.get(group);
    if (known === undefined) this.#groups.set(group, new Map([[name, value]]));
    else known.set(name, value);
  }

  #delete(group: string, name: string): void {
    const known = this.#groups.get(group);
    if (known === undefined) return;
    known.delete(name);
    if (known.size === 0) this.#groups.delete(group);
  }
}

const nothing: ReadonlyMap<string, never> = new Map<string, never>();

/** One group name out of two names from outside, which can never run into another pair. */
export const groupOf = (first: string, second: string): string => `${first.length}:${first}${second}`;
