import type { QueuedMessage } from './queued-message.ts';

interface Node {
  readonly dueAtMs: number;
  readonly order: number;
  readonly entry: QueuedMessage;
}

/**
 * Delayed messages by due time, then by the order in which they came. One that was purged meanwhile stays until it would have been
 * due and is then passed over.
 */
export class DelayHeap {
  readonly #nodes: Node[] = [];
  #order = 0;

  get dueAtMs(): number {
    return this.#nodes[0]?.dueAtMs ?? Infinity;
  }

  push(entry: QueuedMessage): void {
    const node = { dueAtMs: entry.dueAtMs, order: this.#order, entry };
    this.#order += 1;
    this.#nodes.push(node);
    this.#rise(node, this.#nodes.length - 1);
  }

  /** The next message that is due at `nowMs`, or `undefined`. */
  take(nowMs: number): QueuedMessage | undefined {
    while (this.dueAtMs <= nowMs) {
      const entry = this.#shift();
      if (entry?.state === 'delayed') return entry;
    }
    return undefined;
  }

  #shift(): QueuedMessage | undefined {
    const first = this.#nodes[0];
    const last = this.#nodes.pop();
    if (last !== undefined && this.#nodes.length > 0) this.#sink(last);
    return first?.entry;
  }

  #rise(node: Node, from: number): void {
    let place = from;
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = this.#nodes[parentPlace];
      if (parent === undefined || !isBefore(node, parent)) break;
      this.#nodes[place] = parent;
      place = parentPlace;
    }
    this.#nodes[place] = node;
  }

  #sink(node: Node): void {
    let place = 0;
    for (;;) {
      const left = this.#nodes[2 * place + 1];
      const right = this.#nodes[2 * place + 2];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || !isBefore(child, node)) break;
      this.#nodes[place] = child;
      place = 2 * place + (isRight ? 2 : 1);
    }
    this.#nodes[place] = node;
  }
}

function isBefore(one: Node, other: Node): boolean {
  return one.dueAtMs < other.dueAtMs || (one.dueAtMs === other.dueAtMs && one.order < other.order);
}
