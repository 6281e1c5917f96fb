import type { Clock, Timer } from '../driver/index.ts';
import type { HeldDelivery } from './held-delivery.ts';

export interface LanesOptions {
  readonly clock: Clock;
  readonly concurrency: number;
  /** Starts the work of one delivery; ends by `finish` or `rest`, now or later, once. */
  readonly run: (held: HeldDelivery) => void;
}

/**
 * Runs deliveries side by side over keys and strictly one at a time inside one. A key that rests between two attempts holds itself
 * and no slot. Numbered deliveries of a key are put in the order of their numbers.
 */
export interface Lanes {
  readonly running: number;
  /** Held but not running: behind their key, resting, or out of slots. */
  readonly waiting: number;
  readonly add: (held: HeldDelivery) => void;
  /** Ends a run; the next of its key may start. */
  readonly finish: (held: HeldDelivery) => void;
  /** Ends a run that will be made again: the key waits, its slot is free. A lower number that arrives meanwhile goes first. */
  readonly rest: (held: HeldDelivery, delayMs: number) => void;
  readonly setConcurrency: (concurrency: number) => void;
  /** Starts nothing more until `release`; 0 to `concurrency` may still be running. */
  readonly hold: () => void;
  readonly release: () => void;
  /** Drops a delivery that has not started (its lease is lost). False when it is running or unknown. */
  readonly drop: (held: HeldDelivery) => boolean;
  /** Forgets everything that is not running, its timers included. */
  readonly clear: () => void;
}

interface Lane {
  head: HeldDelivery;
  tail: HeldDelivery;
  state: 'ready' | 'running' | 'resting';
  wake: Timer | undefined;
}

export function createLanes(options: LanesOptions): Lanes {
  const { clock, run } = options;
  const lanes = new Map<string, Lane>();
  const restingAlone = new Set<Timer>();
  let ready = createFifo<HeldDelivery>();
  let { concurrency } = options;
  let running = 0;
  let waiting = 0;
  let isHeld = false;
  let isPumping = false;

  const pump = (): void => {
    if (isPumping) return;
    isPumping = true;
    while (!isHeld && running < concurrency) {
      const held = ready.shift();
      if (held === undefined) break;
      if (held.lost && discard(held)) continue;
      const lane = held.key === undefined ? undefined : lanes.get(held.key);
      if (lane !== undefined) lane.state = 'running';
      waiting -= 1;
      running += 1;
      run(held);
    }
    isPumping = false;
  };

  /** A lost head leaves without running. */
  const discard = (held: HeldDelivery): boolean => {
    waiting -= 1;
    advance(held);
    return true;
  };

  const advance = (held: HeldDelivery): void => {
    if (held.key === undefined) return;
    const lane = lanes.get(held.key);
    if (lane === undefined || lane.head !== held) return;
    if (held.next === undefined) {
      lanes.delete(held.key);
      return;
    }
    lane.head = held.next;
    held.next = undefined;
    lane.state = 'ready';
    ready.push(lane.head);
  };

  const wakeUp = (lane: Lane): void => {
    lane.wake?.cancel();
    lane.wake = undefined;
    lane.state = 'ready';
    ready.push(lane.head);
    pump();
  };

  const add = (held: HeldDelivery): void => {
    waiting += 1;
    if (held.key === undefined) {
      ready.push(held);
    } else {
      const lane = lanes.get(held.key);
      if (lane === undefined) {
        lanes.set(held.key, { head: held, tail: held, state: 'ready', wake: undefined });
        ready.push(held);
      } else if (place(lane, held) === 'before-resting') {
        wakeUp(lane);
      }
    }
    pump();
  };

  const rest = (held: HeldDelivery, delayMs: number): void => {
    running -= 1;
    waiting += 1;
    const lane = held.key === undefined ? undefined : lanes.get(held.key);
    if (lane === undefined) {
      const timer = clock.after(delayMs, () => {
        restingAlone.delete(timer);
        ready.push(held);
        pump();
      });
      restingAlone.add(timer);
    } else {
      lane.state = 'resting';
      lane.wake = clock.after(delayMs, () => wakeUp(lane));
      if (sortHead(lane)) wakeUp(lane);
    }
    pump();
  };

  const finish = (held: HeldDelivery): void => {
    running -= 1;
    advance(held);
    pump();
  };

  const drop = (held: HeldDelivery): boolean => {
    const lane = held.key === undefined ? undefined : lanes.get(held.key);
    if (lane === undefined || lane.head === held) return false;
    const isUnlinked = unlink(lane, held);
    if (isUnlinked) waiting -= 1;
    return isUnlinked;
  };

  const clear = (): void => {
    for (const lane of lanes.values()) lane.wake?.cancel();
    for (const timer of restingAlone) timer.cancel();
    restingAlone.clear();
    lanes.clear();
    ready = createFifo();
    waiting = 0;
  };

  return {
    get running() {
      return running;
    },
    get waiting() {
      return waiting;
    },
    add,
    finish,
    rest,
    drop,
    clear,
    setConcurrency: (next) => {
      concurrency = next;
      pump();
    },
    hold: () => {
      isHeld = true;
    },
    release: () => {
      isHeld = false;
      pump();
    },
  };
}

/** Appends, or puts a lower number before higher ones; the running head keeps its place. */
function place(lane: Lane, held: HeldDelivery): 'behind' | 'before-resting' {
  if (held.sequence === undefined || lane.tail.sequence === undefined || lane.tail.sequence <= held.sequence) {
    lane.tail.next = held;
    lane.tail = held;
    return 'behind';
  }
  if (lane.state === 'resting' && isLower(held, lane.head)) {
    held.next = lane.head;
    lane.head = held;
    return 'before-resting';
  }
  let before = lane.head;
  while (before.next !== undefined && !isLower(held, before.next)) before = before.next;
  held.next = before.next;
  before.next = held;
  if (held.next === undefined) lane.tail = held;
  return 'behind';
}

function isLower(held: HeldDelivery, other: HeldDelivery): boolean {
  return held.sequence !== undefined && other.sequence !== undefined && held.sequence < other.sequence;
}

/** A lower number that came while the head ran goes before it. */
function sortHead(lane: Lane): boolean {
  const { head } = lane;
  const { next } = head;
  if (next === undefined || !isLower(next, head)) return false;
  lane.head = next;
  let before = next;
  while (before.next !== undefined && isLower(before.next, head)) before = before.next;
  head.next = before.next;
  before.next = head;
  if (head.next === undefined) lane.tail = head;
  return true;
}

function unlink(lane: Lane, held: HeldDelivery): boolean {
  let before: HeldDelivery | undefined = lane.head;
  while (before !== undefined && before.next !== held) before = before.next;
  if (before === undefined) return false;
  before.next = held.next;
  if (lane.tail === held) lane.tail = before;
  held.next = undefined;
  return true;
}

interface Fifo<Item> {
  readonly push: (item: Item) => void;
  readonly shift: () => Item | undefined;
}

/** A queue whose ends cost the same however long it is; an array's `shift` does not. */
function createFifo<Item>(): Fifo<Item> {
  let items: (Item | undefined)[] = [];
  let first = 0;
  return {
    push: (item) => {
      items.push(item);
    },
    shift: () => {
      if (first === items.length) return undefined;
      const item = items[first];
      items[first] = undefined;
      first += 1;
      if (first === items.length) {
        items = [];
        first = 0;
      } else if (first > 1024 && first * 2 > items.length) {
        items = items.slice(first);
        first = 0;
      }
      return item;
    },
  };
}
