import type { Random } from '@waybill/core/driver';

/** A logarithmic normal distribution by its median and the standard deviation of its logarithm: how service times usually look. */
export interface Lognormal {
  readonly medianMs: number;
  readonly sigma: number;
}

export function drawLognormal({ medianMs, sigma }: Lognormal, random: Random): number {
  return medianMs * Math.exp(sigma * drawNormal(random));
}

/** An integer from `low` to `high`, both included. */
export function drawInteger(low: number, high: number, random: Random): number {
  return low + Math.floor(random() * (high - low + 1));
}

export function drawBetween(low: number, high: number, random: Random): number {
  return low + random() * (high - low);
}

/** Box and Muller; `1 − random()` keeps the logarithm away from zero. */
function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
