import { drawLognormal } from '../domain/distributions.ts';
import { seededRandom } from '../domain/seeded-random.ts';
import type { ProviderBehaviour } from './provider-behaviour.ts';

/** What will become of one charge request. */
export interface ChargeFate {
  /** How long the provider works on it before it captures, declines or fails. */
  readonly latencyMs: number;
  readonly ending: 'answered' | 'error-before-capture' | 'error-after-capture' | 'silent-after-capture';
  readonly isDeclined: boolean;
}

/**
 * Draws the fate of a customer's n-th charge request (from 1). It hangs on nothing but seed, customer and n, so that every
 * architecture meets the same provider, however differently it calls.
 */
export function drawChargeFate(
  behaviour: ProviderBehaviour,
  seed: number,
  customerId: string,
  attempt: number,
): ChargeFate {
  const random = seededRandom(seed, 'charge', customerId, attempt);
  const distribution = random() < behaviour.slowShare ? behaviour.slowLatency : behaviour.latency;
  return {
    latencyMs: drawLognormal(distribution, random),
    ending: drawEnding(behaviour, random()),
    isDeclined: seededRandom(seed, 'card', customerId)() < behaviour.declinedShare,
  };
}

function drawEnding(behaviour: ProviderBehaviour, draw: number): ChargeFate['ending'] {
  const before = behaviour.errorBeforeCaptureShare;
  const after = before + behaviour.errorAfterCaptureShare;
  const silent = after + behaviour.silentAfterCaptureShare;
  if (draw < before) return 'error-before-capture';
  if (draw < after) return 'error-after-capture';
  return draw < silent ? 'silent-after-capture' : 'answered';
}
