import type { Stage, StageContext } from '../stage.ts';
import type { ToxicScope } from '../toxic.ts';

/** Passes exactly so many bytes of a direction of a connection and then resets it. Also cuts what is encrypted. */
export interface LimitToxic extends ToxicScope {
  readonly kind: 'limit';
  /** Counted from when the toxic meets the connection. */
  readonly bytes: number;
}

export function limitStage({ bytes }: LimitToxic, { hit, isOver, reset }: StageContext): Stage {
  let left = bytes;
  return async (piece, next) => {
    if (isOver() || piece.bytes.length < left || piece.isEnd) {
      left -= piece.bytes.length;
      return next(piece);
    }
    if (left > 0) await next({ ...piece, frame: null, bytes: piece.bytes.subarray(0, left) });
    hit();
    reset();
  };
}
