/** A map that remembers as much as it may: what was set longest ago is forgotten first. */
export class RecentMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  // Nearly always there is nothing in it, and a look-up would cost the hash of the key.
  get(key: Key): Value | undefined {
    return this.#entries.size === 0 ? undefined : this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    // Set anew, so that the first in the map is the one that was set longest ago.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#entriesMax && oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: Key): void {
    if (this.#entries.size > 0) this.#entries.delete(key);
  }
}
