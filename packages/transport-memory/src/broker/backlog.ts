import type { QueueSemantics } from '../profiles/queue-semantics.ts';
import type { Chance } from './chance.ts';
import type { Holder } from './holder.ts';
import { LaneRing } from './lane-ring.ts';
import { Lane } from './lane.ts';
import type { QueuedMessage } from './queued-message.ts';

export type BacklogSemantics = Pick<
  QueueSemantics,
  'keyOrder' | 'displacementProbability' | 'displacementMax' | 'backAfterAttempts'
>;

/**
 * The messages of a queue in their lanes, and which lane is served next. Every step costs the same however much is waiting, and a
 * key costs nothing once it has neither something waiting nor in flight.
 */
export class Backlog {
  readonly #semantics: BacklogSemantics;
  readonly #chance: Chance;
  readonly #lanes = new Map<string, Lane>();
  readonly #loose = new Lane(undefined);
  readonly #shared = new LaneRing();

  constructor(semantics: BacklogSemantics, chance: Chance) {
    this.#semantics = semantics;
    this.#chance = chance;
  }

  /** The lane in which a message of this key belongs now. */
  laneOf(key: string | undefined): Lane {
    if (key === undefined || this.#semantics.keyOrder === 'none') return this.#loose;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new Lane(key);
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** The next lane to serve, taken off its ring; `enlist` puts it back if it has more. */
  shift(holder: Holder): Lane | undefined {
    return holder.ring.shift() ?? this.#shared.shift();
  }

  /** A message that has just come, ready or delayed. */
  add(entry: QueuedMessage): void {
    const { lane } = entry;
    if (lane !== this.#loose) lane.pushBack(entry);
    else if (entry.state === 'ready') this.#pushDisplaced(entry);
    this.enlist(lane);
  }

  /** Ready → held. The lane is off its ring or goes there by `enlist`. */
  hold(entry: QueuedMessage, holder: Holder): void {
    const { lane } = entry;
    if (lane === this.#loose) lane.unlink(entry);
    entry.state = 'held';
    lane.held += 1;
    lane.owner = holder;
  }

  /** Held → ready. */
  giveBack(entry: QueuedMessage): void {
    entry.lane.held -= 1;
    this.makeReady(entry);
  }

  /** Held → delayed. A key waits with it. */
  delay(entry: QueuedMessage): void {
    entry.lane.held -= 1;
    entry.state = 'delayed';
    this.enlist(entry.lane);
  }

  /** Anything → ready. */
  makeReady(entry: QueuedMessage): void {
    const { lane } = entry;
    entry.state = 'ready';
    if (lane === this.#loose) this.#putBack(entry);
    this.enlist(lane);
  }

  /** Anything → gone. */
  remove(entry: QueuedMessage): void {
    const { lane } = entry;
    if (entry.state === 'held') lane.held -= 1;
    if (lane !== this.#loose || entry.state === 'ready') lane.unlink(entry);
    entry.state = 'gone';
    if (lane.key !== undefined && lane.head === undefined) this.#lanes.delete(lane.key);
    this.enlist(lane);
  }

  /** Puts a lane on the ring where it is served now, or on none. */
  enlist(lane: Lane): void {
    const ring = this.#ringOf(lane);
    if (lane.ring === ring) return;
    lane.ring?.remove(lane);
    ring?.push(lane);
  }

  #ringOf(lane: Lane): LaneRing | undefined {
    if (lane.head?.state !== 'ready') return undefined;
    const isOwned = lane.held > 0 && lane !== this.#loose && this.#semantics.keyOrder === 'exclusive';
    return isOwned ? lane.owner?.ring : this.#shared;
  }

  #putBack(entry: QueuedMessage): void {
    if (entry.attempts === 0) this.#pushDisplaced(entry);
    else if (entry.attempts >= this.#semantics.backAfterAttempts) this.#loose.pushBack(entry);
    else this.#loose.pushFront(entry);
  }

  #pushDisplaced(entry: QueuedMessage): void {
    const { displacementProbability, displacementMax } = this.#semantics;
    let place: QueuedMessage | undefined;
    if (this.#chance.happens(displacementProbability)) {
      const places = 1 + Math.floor(this.#chance.upTo(displacementMax));
      place = this.#loose.tail;
      for (let passed = 1; passed < places && place?.previous !== undefined; passed += 1) place = place.previous;
    }
    this.#loose.insertBefore(place, entry);
  }
}
