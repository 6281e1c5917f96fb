import type { FrameChoice } from '../frame-choice.ts';
import type { Stage, StageContext } from '../stage.ts';
import type { ToxicScope } from '../toxic.ts';

/**
 * Resets the connection at a frame: everything before it has been passed on, nothing after it is. A confirm that is not delivered leaves
 * its publisher in doubt about a message that the broker has; a publish that is not delivered never happened.
 */
export interface CutToxic extends ToxicScope, FrameChoice {
  readonly kind: 'cut';
  /** Whether the frame itself is still passed on before the reset. */
  readonly deliver: boolean;
}

export function cutStage({ deliver }: CutToxic, { takes, reset }: StageContext): Stage {
  return async (piece, next) => {
    const isCut = takes(piece.frame);
    if (deliver || !isCut) await next(piece);
    if (isCut) reset();
  };
}
