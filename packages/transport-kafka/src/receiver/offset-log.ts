/** What stands in the place of an offset that is finished. */
const finished = -1;
/** Finished places at the front are cut off in one go, once there are so many. */
const cutMin = 1024;

/**
 * The offsets of a partition that were read, in their order, and which of them are finished. What may be committed is the first
 * unfinished one: a prefix over what was read, not over numbers, because compaction and transactions leave holes in a log. Hot state: eight
 * bytes a record, whatever the record holds.
 */
export class OffsetLog {
  #offsets: number[] = [];
  /** The place of the first entry. */
  #base = 0;
  /** Index of the first unfinished entry. */
  #first = 0;
  #next: number | undefined = undefined;

  /** The offset to read next; `undefined` before anything was read. */
  get next(): number | undefined {
    return this.#next;
  }

  /** The offset to commit: everything before it is finished. `undefined` before anything was read. */
  get committable(): number | undefined {
    return this.#offsets[this.#first] ?? this.#next;
  }

  /** Records from the first unfinished one on, finished or not. */
  get span(): number {
    return this.#offsets.length - this.#first;
  }

  /** Records so far. */
  get count(): number {
    return this.#base + this.#offsets.length;
  }

  /** Notes the record that follows; its place is how many were noted before it. Offsets only grow. */
  push(offset: number): void {
    this.#offsets.push(offset);
    this.#next = offset + 1;
  }

  /** There is no further record before the offset. */
  passTo(offset: number): void {
    this.#next = Math.max(this.#next ?? 0, offset);
  }

  /** Each place once. */
  finish(place: number): void {
    this.#offsets[place - this.#base] = finished;
    while (this.#offsets[this.#first] === finished) this.#first += 1;
    if (this.#first < cutMin || this.#first * 2 < this.#offsets.length) return;
    this.#offsets = this.#offsets.slice(this.#first);
    this.#base += this.#first;
    this.#first = 0;
  }
}
