/** A queue whose ends cost the same however long it is; an array's `shift` does not. */
export class Fifo<Item extends object> {
  #items: (Item | undefined)[] = [];
  #first = 0;

  get size(): number {
    return this.#items.length - this.#first;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** What `shift` would give. */
  peek(): Item | undefined {
    return this.#items[this.#first];
  }

  shift(): Item | undefined {
    const item = this.#items[this.#first];
    if (item === undefined) return undefined;
    this.#items[this.#first] = undefined;
    this.#first += 1;
    this.#compact();
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
  }

  #compact(): void {
    if (this.#first === this.#items.length) {
      this.clear();
    } else if (this.#first > 1024 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
  }
}
