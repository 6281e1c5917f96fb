import type { Lognormal } from '../domain/distributions.ts';

/**
 * How the payment provider behaves at a busy hour. With the defaults a synchronous checkout outlasts five seconds of patience in
 * about one of eight cases: 83 % of the slow ones (12 %) and all of the silent ones (2 %).
 */
export interface ProviderBehaviour {
  readonly latency: Lognormal;
  readonly slowLatency: Lognormal;
  /** Share of charges that take the slow latency. */
  readonly slowShare: number;
  /** Share that fails with 503 before anything was captured. */
  readonly errorBeforeCaptureShare: number;
  /** Share that is captured and then answered with 500. */
  readonly errorAfterCaptureShare: number;
  /** Share that is captured and never answered. */
  readonly silentAfterCaptureShare: number;
  /** Share of customers whose card is declined, each time. */
  readonly declinedShare: number;
  /** False: every request with a key is a new charge; the key is only good for a look-up. */
  readonly honoursIdempotencyKeys: boolean;
}

export const busyProvider: ProviderBehaviour = {
  latency: { medianMs: 900, sigma: 0.4 },
  slowLatency: { medianMs: 8000, sigma: 0.5 },
  slowShare: 0.12,
  errorBeforeCaptureShare: 0.02,
  errorAfterCaptureShare: 0.015,
  silentAfterCaptureShare: 0.02,
  declinedShare: 0.01,
  honoursIdempotencyKeys: true,
};
