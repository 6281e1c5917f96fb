import type { Broker } from '../broker.ts';
import { addressVariable, adminAddressVariable } from '../environment-variables.ts';

/** The lines with which a shell takes the addresses of brokers into its environment. */
export const formatExports = (brokers: readonly Pick<Broker, 'kind' | 'address' | 'adminAddress'>[]): string =>
  brokers
    .flatMap(({ kind, address, adminAddress }) => [
      `export ${addressVariable(kind)}=${address}`,
      ...(adminAddress === undefined ? [] : [`export ${adminAddressVariable(kind)}=${adminAddress}`]),
    ])
    .join('\n');
