import type { Timer } from '../driver/index.ts';
import type { HeldDelivery } from './held-delivery.ts';

/** The deliveries of one key, linked in the order in which they are handled. */
export interface Lane {
  head: HeldDelivery;
  tail: HeldDelivery;
  state: 'ready' | 'running' | 'resting';
  wake: Timer | undefined;
}

/**
 * Appends, or puts a lower number before higher ones. A head that runs or is about to keeps its place; one that rests is overtaken,
 * because a numbered head rests only for want of a lower number or to be tried again after it. True when the head has changed.
 */
export function place(lane: Lane, held: HeldDelivery): boolean {
  if (!isLower(held, lane.tail)) {
    lane.tail.next = held;
    lane.tail = held;
    return false;
  }
  if (lane.state === 'resting' && isLower(held, lane.head)) {
    held.next = lane.head;
    lane.head = held;
    return true;
  }
  insertAfter(lane, lane.head, held);
  return false;
}

/** Moves a head that is about to rest behind the lower numbers that came while it ran. True when the head has changed. */
export function sortHead(lane: Lane): boolean {
  const { head } = lane;
  const { next } = head;
  if (next === undefined || !isLower(next, head)) return false;
  lane.head = next;
  head.next = undefined;
  insertAfter(lane, next, head);
  return true;
}

/** Takes out what is not the head. False when it is not here. */
export function unlink(lane: Lane, held: HeldDelivery): boolean {
  let before: HeldDelivery | undefined = lane.head;
  while (before !== undefined && before.next !== held) before = before.next;
  if (before === undefined) return false;
  before.next = held.next;
  if (lane.tail === held) lane.tail = before;
  held.next = undefined;
  return true;
}

function insertAfter(lane: Lane, start: HeldDelivery, held: HeldDelivery): void {
  let before = start;
  while (before.next !== undefined && !isLower(held, before.next)) before = before.next;
  held.next = before.next;
  before.next = held;
  if (held.next === undefined) lane.tail = held;
}

function isLower(held: HeldDelivery, other: HeldDelivery): boolean {
  return held.sequence !== undefined && other.sequence !== undefined && held.sequence < other.sequence;
}
