import type { Random } from '@waybill/core/driver';

/** What a profile leaves to chance, drawn from one injected source. A probability of 0 draws nothing. */
export interface Chance {
  readonly happens: (probability: number) => boolean;
  /** Uniform in [0, max). */
  readonly upTo: (max: number) => number;
  /** Lognormal with this mean and 99th percentile; always 0 for a mean of 0. */
  readonly logNormal: (mean: number, tail: number) => number;
}

/** 99th percentile of the standard normal distribution. */
const z99 = 2.326_347_874;

export function createChance(random: Random): Chance {
  /** Box and Muller; `1 - random()` keeps the logarithm away from 0. */
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return {
    happens: (probability) => probability > 0 && random() < probability,
    upTo: (max) => random() * max,
    logNormal: (mean, tail) => {
      if (mean === 0) return 0;
      // mean = exp(mu + sigma²/2) and tail = exp(mu + z sigma), solved for the smaller sigma; a heavier tail has none.
      const sigma = z99 - Math.sqrt(Math.max(0, z99 * z99 - 2 * Math.log(tail / mean)));
      return mean * Math.exp(sigma * normal() - (sigma * sigma) / 2);
    },
  };
}
