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
} from './harness/harness.ts';
export { modes } from './harness/mode.ts';
export type { Mode } from './harness/mode.ts';
export { declareLevel } from './harness/property-level.ts';
export type { PropertyLevel, PropertyLevels } from './harness/property-level.ts';
export { properties, propertyIds } from './properties/properties.ts';
export type { PropertyId } from './properties/properties.ts';
export { registerConformance } from './register-conformance.ts';
export type { RegisterOptions, TestRunner } from './register-suite.ts';
export { guaranteesOf, staleGuaranteesOf } from './report/keep-guarantees.ts';
export { formatResult, formatSummary } from './report/format-summary.ts';
export { isGreen } from './report/matrix.ts';
export type { Matrix } from './report/matrix.ts';
export type { Deviation } from './runner/deviation.ts';
export { runSuite } from './runner/run-suite.ts';
export type { SuiteOptions } from './runner/run-suite.ts';
export type { Proofs, Subject, Suite, SuiteHarness, Timing } from './runner/suite.ts';
export type { PropertyResult, Verdict } from './runner/verdict.ts';
export type {
  OpenStoreHarness,
  StoreDatabase,
  StoreFaults,
  StoreHarness,
  StoreProvision,
} from './stores/harness/store-harness.ts';
export type { StoreWorld } from './stores/harness/store-world.ts';
export { storeProperties, storePropertiesOf, storePropertyIds } from './stores/properties/store-properties.ts';
export type { StorePropertyId } from './stores/properties/store-properties.ts';
export { registerStoreConformance } from './stores/register-store-conformance.ts';
export { storeSuite } from './stores/store-suite.ts';
export { transportSuite } from './transport-suite.ts';
