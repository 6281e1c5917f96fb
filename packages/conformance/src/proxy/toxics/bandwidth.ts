import { portions } from '../portions.ts';
import type { Stage, StageContext } from '../stage.ts';
import type { ToxicScope } from '../toxic.ts';

/** Passes at most so many bytes per second. What comes faster waits, and then holds the sender back. */
export interface BandwidthToxic extends ToxicScope {
  readonly kind: 'bandwidth';
  readonly bytesPerSecond: number;
}

/** Bytes leave in portions of this time's worth, so that the rate is even. */
const portionMs = 20;

export function bandwidthStage({ bytesPerSecond }: BandwidthToxic, { sleep, hit, isOver }: StageContext): Stage {
  const portionBytes = Math.max(1, Math.floor((bytesPerSecond * portionMs) / 1000));
  let freeAt = 0;

  const whenSent = async (bytes: number): Promise<void> => {
    const now = performance.now();
    freeAt = Math.max(freeAt, now) + (bytes * 1000) / bytesPerSecond;
    await sleep(freeAt - now);
  };

  return async (piece, next) => {
    if (piece.isEnd || isOver()) return next(piece);
    hit();
    for (const portion of portions(piece, portionBytes)) {
      await whenSent(portion.bytes.length);
      await next(portion);
    }
  };
}
