import { Fifo } from '../collections/fifo.ts';
import type { Clock, Timer } from '../driver/index.ts';
import type { HeldDelivery } from './held-delivery.ts';
import { place, sortHead, unlink } from './lane.ts';
import type { Lane } from './lane.ts';

export interface LanesOptions {
  readonly clock: Clock;
  readonly concurrency: number;
  /** Starts the work of one delivery; it ends by `finish` or `rest`, now or later, once. */
  readonly run: (held: HeldDelivery) => void;
}

/**
 * Runs deliveries side by side over keys and strictly one at a time inside one. A key that rests between two attempts holds itself
 * and no slot. Numbered deliveries of a key are put in the order of their numbers.
 */
export class Lanes {
  readonly #clock: Clock;
  readonly #run: (held: HeldDelivery) => void;
  readonly #lanes = new Map<string, Lane>();
  /** Heads that may start, in the order in which they became ready. */
  readonly #ready = new Fifo<HeldDelivery>();
  readonly #restingAlone = new Set<Timer>();
  #concurrency: number;
  #running = 0;
  #waiting = 0;
  #isHeld = false;
  #isPumping = false;

  constructor(options: LanesOptions) {
    this.#clock = options.clock;
    this.#concurrency = options.concurrency;
    this.#run = options.run;
  }

  get running(): number {
    return this.#running;
  }

  /** Held but not running: behind their key, resting, or out of slots. */
  get waiting(): number {
    return this.#waiting;
  }

  add(held: HeldDelivery): void {
    this.#waiting += 1;
    const { key } = held;
    const lane = key === undefined ? undefined : this.#lanes.get(key);
    if (lane === undefined) {
      if (key !== undefined) this.#lanes.set(key, { head: held, tail: held, state: 'ready', wake: undefined });
      this.#ready.push(held);
    } else if (place(lane, held)) {
      this.#wakeUp(lane);
    }
    this.#pump();
  }

  /** Ends a run; the next of its key may start. */
  finish(held: HeldDelivery): void {
    this.#stopped(held);
    this.#advance(held);
    this.#pump();
  }

  /** Ends a run that will be made again: the key waits, its slot is free. A lower number goes before it at once. */
  rest(held: HeldDelivery, delayMs: number): void {
    this.#stopped(held);
    this.#waiting += 1;
    const lane = held.key === undefined ? undefined : this.#lanes.get(held.key);
    if (lane === undefined) {
      this.#restAlone(held, delayMs);
    } else if (sortHead(lane)) {
      this.#wakeUp(lane);
    } else {
      lane.state = 'resting';
      lane.wake = this.#clock.after(delayMs, () => this.#wakeUp(lane));
    }
    this.#pump();
  }

  /** What waits behind it on its key. */
  behind(held: HeldDelivery): readonly HeldDelivery[] {
    const followers: HeldDelivery[] = [];
    for (let next = held.next; next !== undefined; next = next.next) followers.push(next);
    return followers;
  }

  /**
   * Takes out a delivery that is lost or given back. One that runs ends by `finish`; a head that is ready is left out when its turn comes, one
   * that rests at once.
   */
  drop(held: HeldDelivery): void {
    const lane = held.key === undefined ? undefined : this.#lanes.get(held.key);
    if (lane === undefined) return;
    if (lane.head !== held) {
      if (unlink(lane, held)) this.#waiting -= 1;
    } else if (lane.state === 'resting') {
      this.#wakeUp(lane);
    }
  }

  setConcurrency(concurrency: number): void {
    this.#concurrency = concurrency;
    this.#pump();
  }

  /** Starts nothing more until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#pump();
  }

  /** Forgets everything that is not running, its timers included. */
  clear(): void {
    for (const lane of this.#lanes.values()) lane.wake?.cancel();
    for (const timer of this.#restingAlone) timer.cancel();
    this.#restingAlone.clear();
    this.#lanes.clear();
    this.#ready.clear();
    this.#waiting = 0;
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (!this.#isHeld && this.#running < this.#concurrency) {
      const held = this.#ready.shift();
      if (held === undefined) break;
      this.#waiting -= 1;
      if (held.lost) this.#advance(held);
      else this.#start(held);
    }
    this.#isPumping = false;
  }

  #start(held: HeldDelivery): void {
    const lane = held.key === undefined ? undefined : this.#lanes.get(held.key);
    if (lane !== undefined) lane.state = 'running';
    this.#running += 1;
    held.isRunning = true;
    this.#run(held);
  }

  #stopped(held: HeldDelivery): void {
    this.#running -= 1;
    held.isRunning = false;
  }

  #advance(held: HeldDelivery): void {
    if (held.key === undefined) return;
    const lane = this.#lanes.get(held.key);
    if (lane === undefined || lane.head !== held) return;
    if (held.next === undefined) {
      this.#lanes.delete(held.key);
      return;
    }
    lane.head = held.next;
    held.next = undefined;
    lane.state = 'ready';
    this.#ready.push(lane.head);
  }

  #wakeUp(lane: Lane): void {
    lane.wake?.cancel();
    lane.wake = undefined;
    lane.state = 'ready';
    this.#ready.push(lane.head);
    this.#pump();
  }

  #restAlone(held: HeldDelivery, delayMs: number): void {
    const timer = this.#clock.after(delayMs, () => {
      this.#restingAlone.delete(timer);
      this.#ready.push(held);
      this.#pump();
    });
    this.#restingAlone.add(timer);
  }
}
