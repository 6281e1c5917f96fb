import type { ClaimOutcome } from '../driver/index.ts';

export type RefusedClaim = Exclude<ClaimOutcome, { status: 'claimed' }>;

/** Ends a transaction whose claims were not all granted, so that none of them stays. Never leaves the pipeline. */
export class ClaimRefused extends Error {
  readonly outcome: RefusedClaim;

  constructor(outcome: RefusedClaim) {
    super(`A claim was answered with ${outcome.status}.`);
    this.name = 'ClaimRefused';
    this.outcome = outcome;
  }
}
