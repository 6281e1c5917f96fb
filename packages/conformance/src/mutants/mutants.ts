import { deliveryMutants } from './delivery-mutants.ts';
import { faultMutants } from './fault-mutants.ts';
import { leaseMutants } from './lease-mutants.ts';
import type { Mutant } from './mutant.ts';
import { orderMutants } from './order-mutants.ts';
import { payloadMutants } from './payload-mutants.ts';
import { receiverMutants } from './receiver-mutants.ts';
import { senderMutants } from './sender-mutants.ts';
import { settleMutants } from './settle-mutants.ts';
import { sightMutants } from './sight-mutants.ts';
import { storeMutants } from './store-mutants.ts';
import { topologyMutants } from './topology-mutants.ts';

/** Every fault that the suite must find. */
export const mutants: readonly Mutant[] = [
  // First, because some of them take longest to be found.
  ...faultMutants,
  ...senderMutants,
  ...payloadMutants,
  ...receiverMutants,
  ...settleMutants,
  ...leaseMutants,
  ...topologyMutants,
  ...storeMutants,
  ...sightMutants,
  ...orderMutants,
  ...deliveryMutants,
];
