import type { ConformanceCase } from '../harness/conformance-case.ts';
import { acknowledgementCases } from './acknowledgement-cases.ts';
import { deliveryCases } from './delivery-cases.ts';
import { orderingCases } from './ordering-cases.ts';

/** Every case of the suite. Closed: a transport runs them and cannot replace one. */
export const cases: readonly ConformanceCase[] = [...deliveryCases, ...acknowledgementCases, ...orderingCases];
