import type { Command } from './contract.ts';
import { createContract } from './create-contract.ts';
import type { ContractOptions } from './create-contract.ts';

/**
 * Declares a message that exactly one consumer handles, such as `charge-order`.
 * @throws `invalid-contract` with every problem
 */
export function defineCommand<Payload>(options: ContractOptions<Payload>): Command<Payload> {
  return createContract('command', options);
}
