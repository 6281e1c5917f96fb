export type { Mutant, MutantSetting, Mutation } from './mutant.ts';
export { mutants } from './mutants.ts';
export { registerMutants } from './register-mutants.ts';
export { runMutant } from './run-mutant.ts';
export type { MutantVerdict } from './judge-mutant.ts';
