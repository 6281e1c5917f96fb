import type { Direction } from '../direction.ts';
import type { Stage, StageContext } from '../stage.ts';

/**
 * One direction is dead and the other lives, as when a route works one way. Nothing in the dead direction is read, so the sender's buffers
 * fill and its writes stall, as they do when nothing is acknowledged. When the toxic is removed all of it goes on, as TCP would retransmit.
 */
export interface HalfOpenToxic {
  readonly kind: 'half-open';
  /** The dead one. */
  readonly direction: Direction;
  /** From 0 to 1, default 1, drawn once for each connection. */
  readonly chance?: number;
}

export function halfOpenStage(_: HalfOpenToxic, { hit, isOver, untilOver }: StageContext): Stage {
  return async (piece, next) => {
    if (!isOver()) {
      hit();
      await untilOver();
    }
    await next(piece);
  };
}
