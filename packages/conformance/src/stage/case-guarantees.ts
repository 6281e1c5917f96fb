import type { HandlerOptions } from '@waybill/core';
import type { World } from '../harness/world.ts';
import { hasKeyOrder } from './has-key-order.ts';

/**
 * What a handler of a case asks for that looks at something else: no durability, as cases keep marks and dead letters in memory, and no
 * order where there is none.
 */
export const caseGuarantees = (world: World): HandlerOptions => ({
  durability: 'volatile',
  ...(hasKeyOrder(world) ? {} : { order: 'none' }),
});
