import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

const collect = runInNewContext('gc') as (options: { readonly type: 'major' | 'minor' }) => void;

/** Frees what nobody can reach any more. With it goes what the engine has learnt of code that has no objects left. */
export const collectGarbage = (): void => collect({ type: 'major' });

/** Frees what is young, and leaves what the engine has learnt: between two measurements, where code that is cold would count. */
export const collectYoungGarbage = (): void => collect({ type: 'minor' });
