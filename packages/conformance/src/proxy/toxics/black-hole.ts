import type { Stage, StageContext } from '../stage.ts';
import type { ToxicScope } from '../toxic.ts';

/**
 * Everything is read and thrown away, the end of the stream too; no RST is sent. Each side sees a peer that takes all and says nothing.
 * The bytes stay lost when the toxic is removed.
 */
export interface BlackHoleToxic extends ToxicScope {
  readonly kind: 'black-hole';
}

export function blackHoleStage(_: BlackHoleToxic, { hit, isOver }: StageContext): Stage {
  return async (piece, next) => {
    if (isOver()) return next(piece);
    hit();
  };
}
