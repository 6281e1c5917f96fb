import type { FrameChoice } from '../frame-choice.ts';
import type { Stage, StageContext } from '../stage.ts';
import type { ToxicScope } from '../toxic.ts';

/** Passes a frame on twice, one directly behind the other. */
export interface DuplicateReplyToxic extends ToxicScope, FrameChoice {
  readonly kind: 'duplicate-reply';
}

export function duplicateReplyStage(_: DuplicateReplyToxic, { takes }: StageContext): Stage {
  return async (piece, next) => {
    const isDoubled = takes(piece.frame);
    await next(piece);
    if (isDoubled) await next(piece);
  };
}
