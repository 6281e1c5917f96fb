import type { Event } from './contract.ts';
import { createContract } from './create-contract.ts';
import type { ContractOptions } from './create-contract.ts';

/**
 * Declares a fact that any number of consumer groups hear of, each once, such as `order-placed`.
 * @throws `invalid-contract` with every problem
 */
export function defineEvent<Payload>(options: ContractOptions<Payload>): Event<Payload> {
  return createContract('event', options);
}
