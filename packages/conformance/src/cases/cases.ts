import type { ConformanceCase } from '../harness/conformance-case.ts';
import { acknowledgementCases } from './acknowledgement-cases.ts';
import { backPressureCases } from './back-pressure-cases.ts';
import { deduplicationCases } from './deduplication-cases.ts';
import { deliveryCases } from './delivery-cases.ts';
import { fanOutCases } from './fan-out-cases.ts';
import { orderingCases } from './ordering-cases.ts';
import { retryCases } from './retry-cases.ts';

/** Every case of the suite. Closed: a transport runs them and cannot replace one. */
export const cases: readonly ConformanceCase[] = [
  ...deliveryCases,
  ...acknowledgementCases,
  ...orderingCases,
  ...deduplicationCases,
  ...fanOutCases,
  ...retryCases,
  ...backPressureCases,
];
