import { claimMutants } from './claim-mutants.ts';
import { letterMutants } from './letter-mutants.ts';
import { outboxMutants } from './outbox-mutants.ts';
import { schedulingMutants } from './scheduling-mutants.ts';
import type { StoreMutant } from './store-mutant.ts';

/** Every fault of a store that the suite must find. */
export const storeMutants: readonly StoreMutant[] = [
  ...claimMutants,
  ...outboxMutants,
  ...schedulingMutants,
  ...letterMutants,
];
