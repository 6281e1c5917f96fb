/** After `ms`, this `share` of all had what they waited for. */
export interface CumulativePoint {
  readonly ms: number;
  readonly share: number;
}

/**
 * The empirical distribution of `samplesMs` (ascending), thinned to at most `pointsMax` points so that a plot does not grow with the
 * load. `outOf` counts everyone who waited, also in vain: the curve of a run in which some never got it ends below 1.
 */
export function cumulativeShare(
  samplesMs: readonly number[],
  outOf: number,
  pointsMax = 60,
): readonly CumulativePoint[] {
  const points = Math.min(samplesMs.length, pointsMax);
  return Array.from({ length: points }, (_, point) => {
    const rank = Math.ceil(((point + 1) * samplesMs.length) / points);
    return { ms: samplesMs[rank - 1] ?? 0, share: rank / outOf };
  });
}

/** How many of `outOf` had it within `limitMs`. */
export function shareWithin(samplesMs: readonly number[], limitMs: number, outOf: number): number {
  return outOf === 0 ? 0 : samplesMs.filter((ms) => ms <= limitMs).length / outOf;
}
