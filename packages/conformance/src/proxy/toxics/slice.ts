import { portions } from '../portions.ts';
import type { Stage, StageContext } from '../stage.ts';
import type { ToxicScope } from '../toxic.ts';

/** Cuts what is sent into writes of at most `bytesMax` bytes with `delayMs` between them. */
export interface SliceToxic extends ToxicScope {
  readonly kind: 'slice';
  readonly bytesMax: number;
  /** Default 0. Without a delay the operating system may join the slices again. */
  readonly delayMs?: number;
}

export function sliceStage({ bytesMax, delayMs = 0 }: SliceToxic, { sleep, hit, isOver }: StageContext): Stage {
  return async (piece, next) => {
    if (isOver()) return next(piece);
    const slices = portions(piece, bytesMax);
    if (slices.length > 1) hit();
    for (const slice of slices) {
      await next(slice);
      if (delayMs > 0 && !piece.isEnd) await sleep(delayMs);
    }
  };
}
