import { MinHeap } from '../collections/min-heap.ts';
import type { Timer } from '../driver/index.ts';

interface Alarm {
  readonly atMs: number;
  /** Equal times fire in the order in which they were set. */
  readonly order: number;
  /** `undefined` = cancelled or fired. */
  task: (() => void) | undefined;
}

/** The timers of a virtual clock, and with them its time: firing one moves time to it. */
export class AlarmQueue {
  readonly #alarms = new MinHeap<Alarm>(isBefore);
  #elapsedMs = 0;
  #orders = 0;
  #pending = 0;

  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  get pending(): number {
    return this.#pending;
  }

  set(delayMs: number, task: () => void): Timer {
    this.#orders += 1;
    this.#pending += 1;
    const alarm: Alarm = { atMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#orders, task };
    this.#alarms.push(alarm);
    return { cancel: () => void this.#take(alarm) };
  }

  /** False when nothing is left to fire up to then. */
  fireNext(untilMs: number): boolean {
    for (let next = this.#alarms.peek(); next !== undefined && next.atMs <= untilMs; next = this.#alarms.peek()) {
      this.#alarms.pop();
      const task = this.#take(next);
      if (task === undefined) continue;
      this.moveTo(next.atMs);
      task();
      return true;
    }
    return false;
  }

  moveTo(elapsedMs: number): void {
    this.#elapsedMs = Math.max(this.#elapsedMs, elapsedMs);
  }

  /** What the alarm would do, once. */
  #take(alarm: Alarm): (() => void) | undefined {
    const { task } = alarm;
    if (task !== undefined) this.#pending -= 1;
    alarm.task = undefined;
    return task;
  }
}

const isBefore = (left: Alarm, right: Alarm): boolean =>
  left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
