import type { Stage, StageContext } from '../stage.ts';

/** RST to both sides of every open and every new connection, `afterMs` after the toxic met it. */
export interface ResetToxic {
  readonly kind: 'reset';
  /** Default 0. */
  readonly afterMs?: number;
  /** From 0 to 1, default 1, drawn once for each connection. */
  readonly chance?: number;
}

export function resetStage({ afterMs = 0 }: ResetToxic, { sleep, hit, isOver, reset }: StageContext): Stage {
  void sleep(afterMs).then(() => {
    if (isOver()) return;
    hit();
    reset();
  });
  return (piece, next) => next(piece);
}
