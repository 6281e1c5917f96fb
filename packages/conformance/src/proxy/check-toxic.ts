import type { Protocol } from './frames/frame.ts';
import type { Toxic } from './toxic.ts';

const whole: Readonly<Record<string, number>> = { bytesMax: 1, bytes: 0, skip: 0, times: 1, byte: -Infinity, bit: 0 };
const positive: ReadonlySet<string> = new Set(['bytesPerSecond']);
const shares: ReadonlySet<string> = new Set(['chance', 'probability']);

/**
 * A fault that was written wrongly would pass for one that was survived.
 * @throws RangeError A number makes no sense.
 * @throws TypeError It names frames of a protocol that the proxy was not told.
 */
export function checkToxic(toxic: Toxic, protocol: Protocol | undefined): void {
  for (const [field, value] of Object.entries(toxic)) {
    if (typeof value === 'number' && !isSensible(field, value)) {
      throw new RangeError(`The toxic ${toxic.kind} cannot have ${field}: ${value}.`);
    }
  }
  if (!('at' in toxic)) return;
  if (protocol === undefined) {
    throw new TypeError(`The toxic ${toxic.kind} names frames: give startProxy the protocol.`);
  }
  if (typeof toxic.at === 'string' && !toxic.at.startsWith(`${protocol}.`)) {
    throw new TypeError(`The toxic ${toxic.kind} names ${toxic.at}, but the proxy was started for ${protocol}.`);
  }
}

function isSensible(field: string, value: number): boolean {
  const min = whole[field];
  if (min !== undefined)
    return (Number.isInteger(value) || value === Infinity) && value >= min && !(field === 'bit' && value > 7);
  if (positive.has(field)) return value > 0;
  if (shares.has(field)) return value >= 0 && value <= 1;
  return Number.isFinite(value) && value >= 0;
}
