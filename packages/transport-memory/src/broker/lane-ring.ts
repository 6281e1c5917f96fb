import type { Lane } from './lane.ts';

/** Lanes that have something to deliver, each served in turn. */
export class LaneRing {
  #first: Lane | undefined = undefined;
  #last: Lane | undefined = undefined;

  push(lane: Lane): void {
    lane.ring = this;
    lane.ringPrevious = this.#last;
    if (this.#last === undefined) this.#first = lane;
    else this.#last.ringNext = lane;
    this.#last = lane;
  }

  shift(): Lane | undefined {
    const lane = this.#first;
    if (lane !== undefined) this.remove(lane);
    return lane;
  }

  remove(lane: Lane): void {
    const { ringPrevious, ringNext } = lane;
    if (ringPrevious === undefined) this.#first = ringNext;
    else ringPrevious.ringNext = ringNext;
    if (ringNext === undefined) this.#last = ringPrevious;
    else ringNext.ringPrevious = ringPrevious;
    lane.ring = undefined;
    lane.ringPrevious = undefined;
    lane.ringNext = undefined;
  }
}
