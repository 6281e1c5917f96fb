import type { World } from '../harness/world.ts';

/** Where it is denied, cases ask for no order and look for none. */
export const hasKeyOrder = ({ harness }: World): boolean => harness.levels['ORD-2'].level !== 'unsupported';
