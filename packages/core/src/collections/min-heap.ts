/** Gives the least of its items first. Not stable: items that may be equal need a second mark to be told apart by. */
export class MinHeap<Item extends object> {
  readonly #isBefore: (left: Item, right: Item) => boolean;
  readonly #items: Item[] = [];

  constructor(isBefore: (left: Item, right: Item) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  pop(): Item | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) {
      this.#items[0] = last;
      this.#sink();
    }
    return first;
  }

  /** Puts the first item where it belongs after it has grown: cheaper than to take it out and in again. */
  firstHasGrown(): void {
    this.#sink();
  }

  #rise(from: number): void {
    const items = this.#items;
    const item = items[from] as Item;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = items[parent] as Item;
      if (!this.#isBefore(item, above)) break;
      items[place] = above;
      place = parent;
    }
    items[place] = item;
  }

  #sink(): void {
    const items = this.#items;
    const item = items[0];
    if (item === undefined) return;
    let place = 0;
    for (;;) {
      const child = this.#leastChild(place);
      if (child === undefined || !this.#isBefore(items[child] as Item, item)) break;
      items[place] = items[child] as Item;
      place = child;
    }
    items[place] = item;
  }

  #leastChild(place: number): number | undefined {
    const left = 2 * place + 1;
    const first = this.#items[left];
    if (first === undefined) return undefined;
    const second = this.#items[left + 1];
    return second !== undefined && this.#isBefore(second, first) ? left + 1 : left;
  }
}
