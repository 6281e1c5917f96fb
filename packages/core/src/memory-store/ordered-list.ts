/**
 * Items by a number that mostly grows: adding at the end, deleting and walking are cheap, and a latecomer finds its place. A deleted
 * item leaves a hole until half of the list are holes.
 */
export class OrderedList<Item extends object> {
  #orders: number[] = [];
  #items: (Item | undefined)[] = [];
  /** Before this place there are only holes. */
  #start = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Puts the item at `order`, in place of what is there. */
  add(order: number, item: Item): void {
    const last = this.#orders.at(-1);
    if (last === undefined || order > last) {
      this.#orders.push(order);
      this.#items.push(item);
      this.#size += 1;
      return;
    }
    const place = this.#placeOf(order);
    if (this.#orders[place] !== order) {
      this.#orders.splice(place, 0, order);
      this.#items.splice(place, 0, undefined);
    }
    if (this.#items[place] === undefined) this.#size += 1;
    this.#items[place] = item;
    this.#start = Math.min(this.#start, place);
  }

  delete(order: number): boolean {
    const place = this.#placeOf(order);
    if (this.#orders[place] !== order || this.#items[place] === undefined) return false;
    this.#items[place] = undefined;
    this.#size -= 1;
    while (this.#start < this.#items.length && this.#items[this.#start] === undefined) this.#start += 1;
    if (this.#size * 2 < this.#items.length) this.#closeHoles();
    return true;
  }

  first(): Item | undefined {
    return this.#items[this.#start];
  }

  /** The first place at or after `from` that has an item, or -1. Places are good until the next change. */
  nextPlace(from: number): number {
    for (let place = Math.max(from, this.#start); place < this.#items.length; place += 1) {
      if (this.#items[place] !== undefined) return place;
    }
    return -1;
  }

  /** Of a place that `nextPlace` gave. */
  at(place: number): Item {
    return this.#items[place] as Item;
  }

  orderAt(place: number): number {
    return this.#orders[place] as number;
  }

  /** Walks in order, from the first item whose number is above `after`. */
  *itemsAfter(after: number): Generator<Item> {
    for (let place = this.#placeOf(after + 1); place < this.#items.length; place += 1) {
      const item = this.#items[place];
      if (item !== undefined) yield item;
    }
  }

  /** The first place whose number is not below. */
  #placeOf(order: number): number {
    let low = 0;
    let high = this.#orders.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#orders[middle] as number) < order) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #closeHoles(): void {
    const orders = this.#orders;
    this.#orders = orders.filter((_, place) => this.#items[place] !== undefined);
    this.#items = this.#items.filter((item) => item !== undefined);
    this.#start = 0;
  }
}
