import type { Stage, StageContext } from '../stage.ts';
import type { ToxicScope } from '../toxic.ts';

/** Every piece is passed on `ms` after it arrived, give or take `jitterMs`. Order stays; delays do not add up. */
export interface LatencyToxic extends ToxicScope {
  readonly kind: 'latency';
  readonly ms: number;
  /** Default 0. */
  readonly jitterMs?: number;
}

export function latencyStage({ ms, jitterMs = 0 }: LatencyToxic, { random, sleep, hit }: StageContext): Stage {
  return async (piece, next) => {
    const delayMs = ms + (random() * 2 - 1) * jitterMs;
    const waitMs = piece.arrivedAt + delayMs - performance.now();
    hit();
    if (waitMs > 0) await sleep(waitMs);
    await next(piece);
  };
}
