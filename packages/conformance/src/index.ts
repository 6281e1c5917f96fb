export { cases } from './cases/cases.ts';
export type { ConformanceCase } from './harness/conformance-case.ts';
export type {
  Admin,
  BrokenNetwork,
  ChildDriver,
  Faults,
  Foreign,
  ForeignMessage,
  Harness,
  NetworkFault,
  OpenDriver,
  OpenHarness,
  Provision,
  Timing,
} from './harness/harness.ts';
export { modes } from './harness/mode.ts';
export type { Mode } from './harness/mode.ts';
export { declareLevel } from './harness/property-level.ts';
export type { PropertyLevel, PropertyLevels } from './harness/property-level.ts';
export { properties, propertyIds } from './properties/properties.ts';
export type { PropertyId } from './properties/properties.ts';
export { registerConformance } from './register-conformance.ts';
export type { RegisterOptions, TestRunner } from './register-conformance.ts';
export { guaranteesOf, staleGuaranteesOf } from './report/keep-guarantees.ts';
export { formatResult, formatSummary } from './report/format-summary.ts';
export { isGreen } from './report/matrix.ts';
export type { Matrix } from './report/matrix.ts';
export type { Deviation } from './runner/deviation.ts';
export { runSuite } from './runner/run-suite.ts';
export type { SuiteOptions } from './runner/run-suite.ts';
export type { PropertyResult, Verdict } from './runner/verdict.ts';
