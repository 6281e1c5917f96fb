export type { Mutant, MutantSetting, Mutation } from './mutant.ts';
export { mutants } from './mutants.ts';
export { registerMutants } from './register-mutants.ts';
export { runMutant } from './run-mutant.ts';
export type { MutantVerdict } from './judge-mutant.ts';
export { registerStoreMutants } from '../stores/mutants/register-store-mutants.ts';
export { runStoreMutant } from '../stores/mutants/run-store-mutant.ts';
export type { ChangeStore, StoreMutant } from '../stores/mutants/store-mutant.ts';
export { storeMutants } from '../stores/mutants/store-mutants.ts';
