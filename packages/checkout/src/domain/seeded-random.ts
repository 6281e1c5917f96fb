import type { Random } from '@waybill/core/driver';
import { seededRandom as randomOf } from '@waybill/core/testing';

/**
 * Chance that follows from a seed and a name: the same numbers on every machine, whatever else was drawn before. For simulations,
 * not for secrets.
 */
export function seededRandom(seed: number, ...name: readonly (string | number)[]): Random {
  return randomOf(hash([seed, ...name].join('|')));
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 16_777_619);
  }
  return value;
}
