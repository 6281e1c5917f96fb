import type { Random } from '@waybill/core/driver';
import { directions, type Direction } from './direction.ts';
import { isChosen, type FrameOrigin } from './frame-choice.ts';
import type { Frame } from './frames/frame.ts';
import type { Toxic } from './toxic.ts';

/** A toxic that was added, seen by who added it. */
export interface ToxicHandle {
  /**
   * How often it took effect: pieces delayed, slowed, sliced or swallowed; bits turned over; frames held or doubled; connections reset.
   * A test asserts it, so that a fault that never landed proves nothing.
   */
  readonly hits: number;
  /** Ends its effect on all connections at once; what it kept back goes on. Does nothing the second time. */
  readonly remove: () => void;
}

/** A toxic that was added, seen by the connections. */
export interface ActiveToxic {
  readonly toxic: Toxic;
  /** Counts up, and is a part of the seed. */
  readonly number: number;
  readonly removed: AbortSignal;
  readonly hit: () => void;
  /** Decides about one frame, and counts it where it is chosen. */
  readonly takes: (frame: Frame, origin: FrameOrigin, random: Random) => boolean;
  readonly handle: ToxicHandle;
}

export function activateToxic(toxic: Toxic, number: number, onRemoved: (active: ActiveToxic) => void): ActiveToxic {
  const removal = new AbortController();
  let hits = 0;
  let seen = 0;

  const takes: ActiveToxic['takes'] = (frame, origin, random) => {
    if (!('at' in toxic) || removal.signal.aborted || !isChosen(toxic, frame, origin)) return false;
    seen += 1;
    const isDue = seen > (toxic.skip ?? 0) && hits < (toxic.times ?? Infinity) && random() < (toxic.chance ?? 1);
    if (isDue) hits += 1;
    return isDue;
  };

  const active: ActiveToxic = {
    toxic,
    number,
    removed: removal.signal,
    hit: () => {
      hits += 1;
    },
    takes,
    handle: {
      get hits() {
        return hits;
      },
      remove: () => {
        removal.abort();
        onRemoved(active);
      },
    },
  };
  return active;
}

/** The pipelines that a toxic works on. A reset has no direction and works once. */
export function directionsOf(toxic: Toxic): readonly Direction[] {
  if (toxic.kind === 'reset') return ['to-broker'];
  const { direction = 'both' } = toxic;
  return direction === 'both' ? directions : [direction];
}

/** Nothing comes through, so a RST does not either. */
export function isSilencing({ kind }: Toxic): boolean {
  return kind === 'black-hole' || kind === 'half-open';
}
