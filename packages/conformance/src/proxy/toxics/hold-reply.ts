import type { FrameChoice } from '../frame-choice.ts';
import type { Stage, StageContext } from '../stage.ts';
import type { ToxicScope } from '../toxic.ts';

/** Keeps a frame back for `ms`, and with it everything behind it in its direction. */
export interface HoldReplyToxic extends ToxicScope, FrameChoice {
  readonly kind: 'hold-reply';
  readonly ms: number;
}

export function holdReplyStage({ ms }: HoldReplyToxic, { takes, sleep }: StageContext): Stage {
  return async (piece, next) => {
    if (takes(piece.frame)) await sleep(ms);
    await next(piece);
  };
}
