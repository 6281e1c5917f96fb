import type { ConformanceCase } from '../harness/conformance-case.ts';
import { acknowledgementCases } from './acknowledgement-cases.ts';
import { atomicSendCases } from './atomic-send-cases.ts';
import { backPressureCases } from './back-pressure-cases.ts';
import { batchCases } from './batch-cases.ts';
import { confirmationCases } from './confirmation-cases.ts';
import { deadLetterCases } from './dead-letter-cases.ts';
import { deduplicationCases } from './deduplication-cases.ts';
import { deduplicationFaultCases } from './deduplication-fault-cases.ts';
import { deliveryCases } from './delivery-cases.ts';
import { destinationCases } from './destination-cases.ts';
import { fanOutCases } from './fan-out-cases.ts';
import { faultCases } from './fault-cases.ts';
import { foreignCases } from './foreign-cases.ts';
import { handlerCases } from './handler-cases.ts';
import { laneCases } from './lane-cases.ts';
import { leaseCases } from './lease-cases.ts';
import { lifecycleCases } from './lifecycle-cases.ts';
import { lineageCases } from './lineage-cases.ts';
import { membershipCases } from './membership-cases.ts';
import { messageLimitCases } from './message-limit-cases.ts';
import { networkCases } from './network-cases.ts';
import { observabilityCases } from './observability-cases.ts';
import { orderingCases } from './ordering-cases.ts';
import { orderingFaultCases } from './ordering-fault-cases.ts';
import { orderingRefusalCases } from './ordering-refusal-cases.ts';
import { outageCases } from './outage-cases.ts';
import { payloadCases } from './payload-cases.ts';
import { processCases } from './process-cases.ts';
import { requestCases } from './request-cases.ts';
import { resourceCases } from './resource-cases.ts';
import { retryCases } from './retry-cases.ts';
import { retryFaultCases } from './retry-fault-cases.ts';
import { seamCases } from './seam-cases.ts';
import { settlementFaultCases } from './settlement-fault-cases.ts';
import { stopCases } from './stop-cases.ts';

/** Every case of the suite. Closed: a transport runs them and cannot replace one. */
export const cases: readonly ConformanceCase[] = [
  ...deliveryCases,
  ...destinationCases,
  ...batchCases,
  ...atomicSendCases,
  ...confirmationCases,
  ...requestCases,
  ...acknowledgementCases,
  ...leaseCases,
  ...settlementFaultCases,
  ...handlerCases,
  ...orderingCases,
  ...laneCases,
  ...orderingFaultCases,
  ...orderingRefusalCases,
  ...seamCases,
  ...deduplicationCases,
  ...deduplicationFaultCases,
  ...fanOutCases,
  ...membershipCases,
  ...retryCases,
  ...deadLetterCases,
  ...retryFaultCases,
  ...lifecycleCases,
  ...stopCases,
  ...processCases,
  ...faultCases,
  ...outageCases,
  ...networkCases,
  ...payloadCases,
  ...messageLimitCases,
  ...foreignCases,
  ...backPressureCases,
  ...resourceCases,
  ...lineageCases,
  ...observabilityCases,
];
